package carafe.platform.http;

/**
 * The permissions of the code and course API and whose they are: users and administrators have those of {@link
 * Access#USER}, administrators alone those of {@link Access#ADMIN}, waiting accounts none. A route names the one it needs.
 */
public enum Permission {
    EXECUTE_CODE("execute:code", Access.USER),
    MANAGE_USERS("manage:users", Access.ADMIN),
    VIEW_POOL_STATS("view:pool_stats", Access.ADMIN);

    private final String wire;
    private final Access access;

    Permission(String wire, Access access) {
        this.wire = wire;
        this.access = access;
    }

    public String wire() {
        return wire;
    }

    Access access() {
        return access;
    }

    public boolean heldBy(Caller caller) {
        return switch (caller) {
            case Caller.Anonymous a -> false;
            case Caller.FlowApp app -> false;
            case Caller.Key k -> access.allows(k.owner().role());
            case Caller.Person p -> access.allows(p.role());
        };
    }
}
