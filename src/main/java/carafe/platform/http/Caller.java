package carafe.platform.http;

import io.javalin.http.Context;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Who sends a request, as the authenticator established it; features read it and never the sign-in code. */
public sealed interface Caller {
    /** Nobody known; {@code address} is the peer's, for limits, {@code proof} why it is nobody. */
    record Anonymous(String address, Proof proof) implements Caller {
        public Anonymous(String address) {
            this(address, Proof.NONE);
        }
    }

    /**
     * A program that calls workflows, by its own key or named by a gateway that is trusted. {@code tenant}: it may do for
     * other apps what they could; {@code owner} is the account that made it, null for the one that comes with the server.
     */
    record FlowApp(String id, boolean tenant, @Nullable Person owner) implements Caller {}

    /** What became of the proof of identity that a stranger sent. */
    enum Proof {
        NONE,
        INVALID,
        EXPIRED
    }

    /** An account signed in by a token. {@code loginId} is the token's {@code jti}; {@code num} the account's integer id. */
    record Person(String id, long num, String name, String email, Role role, String loginId) implements Caller {}

    /** An account that sent an API key. */
    record Key(String keyId, Person owner) implements Caller {}

    /** What somebody may do. */
    enum Role {
        PENDING,
        USER,
        ADMIN;

        public String wire() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** The request attribute under which the caller travels. */
    String ATTRIBUTE = "carafe.caller";

    /** The request attribute with the sender's address. */
    String ADDRESS = "carafe.address";

    /** Where this request comes from, behind trusted proxies too; for limits and records. */
    static String addressOf(Context ctx) {
        return Objects.requireNonNull(ctx.attribute(ADDRESS), "no address: the route bypassed Routes");
    }

    /** The caller of this request; the access check before every handler has put it there. */
    static Caller of(Context ctx) {
        return Objects.requireNonNull(ctx.attribute(ATTRIBUTE), "no caller: the route bypassed Routes");
    }

    /** The account behind this caller; only for routes whose rule asks for one. */
    default Person person() {
        return switch (this) {
            case Person p -> p;
            case Key k -> k.owner();
            case FlowApp app when app.owner() != null -> app.owner();
            case FlowApp app -> throw new Problem.Forbidden("Only accounts may do this.");
            case Anonymous a -> throw new Problem.Unauthenticated("Sign in first.");
        };
    }

    /** Whether there is an account behind this caller. */
    default boolean hasPerson() {
        return switch (this) {
            case Person p -> true;
            case Key k -> true;
            case FlowApp app -> app.owner() != null;
            case Anonymous a -> false;
        };
    }

    /** Whose allowances a request uses up: the account's id, or a stranger's address. */
    default String holder() {
        return switch (this) {
            case Person p -> p.id();
            case Key k -> k.owner().id();
            case FlowApp app -> "app:" + app.id();
            case Anonymous a -> a.address();
        };
    }

    /** Whether this is an administrator, by sign-in or API key. */
    default boolean isAdmin() {
        return switch (this) {
            case Person p -> p.role() == Role.ADMIN;
            case Key k -> k.owner().role() == Role.ADMIN;
            case FlowApp app -> false;
            case Anonymous a -> false;
        };
    }
}
