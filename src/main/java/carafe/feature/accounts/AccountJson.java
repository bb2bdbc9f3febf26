package carafe.feature.accounts;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.util.List;

/** Accounts in the shapes of Open WebUI; times there are epoch seconds. */
final class AccountJson {
    private static final List<String> STATUS = List.of("status_emoji", "status_message", "status_expires_at");

    private static final List<String> ABOUT = List.of("bio", "timezone");

    private final Permissions permissions;
    private final Clock clock;

    AccountJson(Permissions permissions, Clock clock) {
        this.permissions = permissions;
        this.clock = clock;
    }

    /** The answer to a sign-in. */
    ObjectNode session(Account account, Tokens.Session session, String token) {
        var body = basics(account).put("token", token).put("token_type", "Bearer");
        if (session.endless()) {
            body.putNull("expires_at");
        } else {
            body.put("expires_at", session.expiresAt() / 1000);
        }
        body.set("permissions", permissions.of(account.id()));
        return body;
    }

    /** Id, name, e-mail, role and picture. Pictures are named by address: as data they would swell every list. */
    ObjectNode basics(Account account) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("id", account.id())
                .put("name", account.name())
                .put("email", account.email())
                .put("role", account.role().wire())
                .put("profile_image_url", "/api/v1/users/" + account.id() + "/profile/image");
    }

    /** As other people see it. */
    ObjectNode info(Account account) {
        return noStatus(basics(account)).put("is_active", account.isActive(clock.millis()));
    }

    /** As admins see it in lists. */
    ObjectNode full(Account account) {
        var body = noStatus(basics(account))
                .putNull("username")
                .put("last_active_at", lastActive(account))
                .put("created_at", account.createdAt() / 1000)
                .put("updated_at", account.updatedAt() / 1000)
                .put("is_active", account.isActive(clock.millis()));
        body.putArray("group_ids");
        return body;
    }

    /** Epoch seconds; of somebody who never came, those of the sign-up. */
    static long lastActive(Account account) {
        var lastActive = account.lastActiveAt();
        return (lastActive == null ? account.createdAt() : lastActive) / 1000;
    }

    /** What everybody may know of the person. */
    static ObjectNode about(ObjectNode body, ObjectNode profile) {
        for (var name : ABOUT) {
            body.set(name, profile.get(name));
        }
        return body;
    }

    /** What the person says of themselves at the moment. */
    static ObjectNode status(ObjectNode body, ObjectNode profile) {
        for (var name : STATUS) {
            body.set(name, profile.get(name));
        }
        return body;
    }

    static ObjectNode noStatus(ObjectNode body) {
        return body.putNull("status_emoji").putNull("status_message").putNull("status_expires_at");
    }
}
