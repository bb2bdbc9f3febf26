package carafe.platform.http;

/**
 * The permissions of the code and course API and whose they are. Administrators have all of them, waiting accounts none;
 * of users it is their standing that says. A route names the one it needs.
 */
public enum Permission {
    EXECUTE_CODE("execute:code", Holders.USERS),
    VIEW_LESSONS("view:lessons", Holders.GUESTS),
    MANAGE_COURSES("manage:courses", Holders.TEACHERS),
    VIEW_GRADEBOOK("view:gradebook", Holders.TEACHERS),
    OVERRIDE_DEADLINES("override:deadlines", Holders.TEACHERS),
    MANAGE_USERS("manage:users", Holders.ADMINS),
    VIEW_POOL_STATS("view:pool_stats", Holders.ADMINS);

    /** The least of those who have it; those after it have it, too. */
    private enum Holders {
        GUESTS,
        USERS,
        TEACHERS,
        ADMINS
    }

    private final String wire;
    private final Holders holders;

    Permission(String wire, Holders holders) {
        this.wire = wire;
        this.holders = holders;
    }

    public String wire() {
        return wire;
    }

    /** What a route asks of the role, before the standing is looked at. */
    Access access() {
        return holders == Holders.ADMINS ? Access.ADMIN : Access.USER;
    }

    /** Whether strangers of an open class have it. */
    boolean isForStrangers() {
        return holders == Holders.USERS || holders == Holders.GUESTS;
    }

    public boolean heldBy(Caller caller) {
        return switch (caller) {
                    case Caller.Anonymous a -> false;
                    case Caller.Key k -> heldBy(k.owner());
                    case Caller.Person p -> holders.compareTo(rank(p)) <= 0;
                }
                && access().allows(caller.person().role());
    }

    private static Holders rank(Caller.Person person) {
        if (person.role() == Caller.Role.ADMIN) {
            return Holders.ADMINS;
        }
        return switch (person.standing()) {
            case GUEST -> Holders.GUESTS;
            case USUAL -> Holders.USERS;
            case TEACHER -> Holders.TEACHERS;
        };
    }
}
