package carafe.feature.workflows;

import carafe.platform.http.Caller;
import org.jspecify.annotations.Nullable;

/**
 * Who asks, as far as rights on workflows go: an account has its own and those of its apps, an app its own and those bound
 * to it, a tenant app and administrators all.
 *
 * @param appId empty for accounts
 * @param accountId null for an app that belongs to nobody
 */
record Party(String appId, @Nullable String accountId, boolean all) {
    static Party of(Caller caller) {
        return switch (caller) {
            case Caller.FlowApp app -> {
                var owner = app.owner();
                yield new Party(app.id(), owner == null ? null : owner.id(), app.tenant());
            }
            default -> new Party("", caller.person().id(), caller.isAdmin());
        };
    }

    /** Whether what belongs to this account or app is his. */
    boolean owns(@Nullable String account, String app) {
        return all || (account != null && account.equals(accountId)) || (!app.isEmpty() && app.equals(appId));
    }
}
