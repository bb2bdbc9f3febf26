package carafe.platform.http;

/** Who may use a route. Everything else is refused; there is no route without one of these. */
public enum Access {
    /** Anybody, signed in or not. */
    PUBLIC,
    /** Any account, also one that waits for approval. */
    ANY,
    /** Any account by its sign-in; API keys are refused. */
    ANY_SESSION,
    /** Accounts with role user or admin. */
    USER,
    /** Accounts as in USER, and the apps of the workflow API. */
    FLOW,
    /** Administrators. */
    ADMIN;

    /** Throws unless {@code caller} may pass. */
    public void check(Caller caller) {
        if (this == PUBLIC) {
            return;
        }
        switch (caller) {
            case Caller.Anonymous a ->
                throw new Problem.Unauthenticated(
                        a.proof() == Caller.Proof.EXPIRED
                                ? "Your sign-in has expired. Sign in again."
                                : "Sign in first: send a valid session token or API key.",
                        a.proof());
            case Caller.FlowApp app -> {
                if (this != FLOW) {
                    throw new Problem.Unauthenticated("An app's key opens the workflow API only; sign in.");
                }
            }
            case Caller.Key k
            when this == ANY_SESSION -> throw new Problem.Forbidden("API keys cannot be used here; sign in.");
            case Caller.Key k -> checkRole(k.owner().role());
            case Caller.Person p -> checkRole(p.role());
        }
    }

    private void checkRole(Caller.Role role) {
        if (!allows(role)) {
            throw new Problem.RoleTooLow();
        }
    }

    boolean allows(Caller.Role role) {
        return switch (this) {
            case PUBLIC, ANY, ANY_SESSION -> true;
            case USER, FLOW -> role != Caller.Role.PENDING;
            case ADMIN -> role == Caller.Role.ADMIN;
        };
    }
}
