package carafe.platform.http;

import java.util.List;

/**
 * Every error code of the code and course API, with what it means and what a client should do. The page
 * {@code /api/v1/errors} is made of this.
 */
public enum CourseCode {
    VALIDATION_ERROR(
            400,
            "The request is malformed, or a field of it is out of bounds; `details.validation_errors` names the field.",
            Retry.CORRECTED),
    INVALID_PARAMETER(400, "A query or path parameter cannot be right.", Retry.CORRECTED),
    MISSING_PARAMETER(400, "A required query or path parameter is not there.", Retry.CORRECTED),
    AUTHENTICATION_ERROR(401, "Nobody is signed in, and this call needs somebody.", Retry.SIGNED_IN),
    INVALID_CREDENTIALS(401, "Name or password are wrong.", Retry.CORRECTED),
    TOKEN_EXPIRED(401, "The session token was good and its time is over.", Retry.SIGNED_IN),
    TOKEN_INVALID(401, "The session token or API key is unknown, altered or taken back.", Retry.SIGNED_IN),
    AUTHORIZATION_ERROR(403, "The account may not do this; `details.resource` names the permission.", Retry.NEVER),
    INSUFFICIENT_PERMISSIONS(403, "The account's role lacks a permission.", Retry.NEVER),
    RESOURCE_NOT_FOUND(404, "There is nothing at this address or under this id, or it is not yours.", Retry.NEVER),
    USER_NOT_FOUND(404, "No account has this id.", Retry.NEVER),
    LESSON_NOT_FOUND(404, "No lesson has this id.", Retry.NEVER),
    SUBMISSION_NOT_FOUND(404, "No submission has this id, or it is not yours.", Retry.NEVER),
    METHOD_NOT_ALLOWED(405, "The address exists, the method does not.", Retry.NEVER),
    CONFLICT_ERROR(409, "The state is against it; `details.resource` names what is in the way.", Retry.CORRECTED),
    RESOURCE_ALREADY_EXISTS(409, "Something of this name is there already.", Retry.CORRECTED),
    DUPLICATE_ENTRY(409, "The same entry is there already.", Retry.CORRECTED),
    RATE_LIMIT_EXCEEDED(429, "More requests than the minute allows.", Retry.AFTER),
    TOO_MANY_REQUESTS(429, "More runs at once than one caller may have.", Retry.AFTER),

    INTERNAL_SERVER_ERROR(500, "A fault on our side; the log has more under the request id.", Retry.ONCE),
    UNEXPECTED_ERROR(500, "A fault on our side that nobody foresaw.", Retry.ONCE),
    SANDBOX_EXECUTION_ERROR(500, "The sandbox broke in the middle of a run; its container is gone.", Retry.ONCE),
    DATABASE_ERROR(500, "The database refused or lost a statement.", Retry.ONCE),
    DATABASE_CONNECTION_ERROR(500, "The database does not answer.", Retry.LATER),
    DATABASE_QUERY_ERROR(500, "A statement failed.", Retry.ONCE),
    DATABASE_TRANSACTION_ERROR(500, "A transaction could not be committed.", Retry.ONCE),
    CONFIGURATION_ERROR(500, "The server is set up wrongly.", Retry.OPERATOR),
    MISSING_CONFIGURATION(500, "A setting is missing.", Retry.OPERATOR),
    INVALID_CONFIGURATION(500, "A setting cannot have its value.", Retry.OPERATOR),
    EXTERNAL_SERVICE_ERROR(502, "A service that we call failed.", Retry.LATER),
    API_CALL_FAILED(502, "A call to another service failed.", Retry.LATER),
    AI_SERVICE_ERROR(502, "The model server answered with an error.", Retry.LATER),
    CONTAINER_POOL_ERROR(
            503, "No container is free or can be made; `details` has the state of the pool and a remedy.", Retry.LATER),
    CONTAINER_UNAVAILABLE(503, "No container could be had.", Retry.LATER),
    CONTAINER_CREATION_FAILED(503, "A container could not be made.", Retry.OPERATOR),
    CONTAINER_UNHEALTHY(503, "The container was found dead or unclean.", Retry.LATER),
    CONTAINER_POOL_EXHAUSTED(503, "All containers are in use.", Retry.LATER),
    AI_SERVICE_UNAVAILABLE(503, "No model server answers.", Retry.LATER),
    SERVICE_UNAVAILABLE(503, "The server is about to stop or not ready yet.", Retry.LATER),
    SERVICE_OVERLOADED(503, "The server has more to do than it can.", Retry.LATER),
    MAINTENANCE_MODE(503, "The server is being worked on.", Retry.OPERATOR),
    TIMEOUT_ERROR(504, "Something took longer than its limit.", Retry.LATER),
    REQUEST_TIMEOUT(504, "The request took longer than its limit.", Retry.LATER),
    OPERATION_TIMEOUT(504, "A part of the request took longer than its limit.", Retry.LATER),
    AI_SERVICE_TIMEOUT(504, "The model server was too slow.", Retry.LATER),

    CODE_SAFETY_CHECK_FAILED(400, "`details.error_code`: the safety check refused the program.", Retry.CORRECTED),
    CODE_TIMEOUT(200, "`error_code` of a run: the program used up its time.", Retry.CORRECTED),
    CODE_MEMORY_LIMIT_EXCEEDED(200, "`error_code` of a run: the program used up its memory.", Retry.CORRECTED);

    /** What a client should do next. */
    public enum Retry {
        CORRECTED(false, "Fix the request; the same one fails again."),
        SIGNED_IN(false, "Sign in and send the new token."),
        NEVER(false, "Do not repeat it."),
        AFTER(true, "Wait as long as `Retry-After` says, then repeat it."),
        LATER(true, "Repeat it after `Retry-After`, or after some seconds with growing pauses."),
        ONCE(false, "Repeat it once; if it fails again, report the request id."),
        OPERATOR(false, "The operator must act first.");

        private final boolean retryable;
        private final String advice;

        Retry(boolean retryable, String advice) {
            this.retryable = retryable;
            this.advice = advice;
        }

        public boolean retryable() {
            return retryable;
        }

        public String advice() {
            return advice;
        }
    }

    private final int status;
    private final String meaning;
    private final Retry retry;

    CourseCode(int status, String meaning, Retry retry) {
        this.status = status;
        this.meaning = meaning;
        this.retry = retry;
    }

    public int status() {
        return status;
    }

    public String meaning() {
        return meaning;
    }

    public Retry retry() {
        return retry;
    }

    /** The code under which this API answers {@code problem}. */
    static CourseCode of(Problem problem) {
        return switch (problem) {
            case Problem.Course own -> own.courseCode();
            case Problem.BadRequest p -> VALIDATION_ERROR;
            case Problem.Unprocessable p -> VALIDATION_ERROR;
            case Problem.TooLarge p -> VALIDATION_ERROR;
            case Problem.UnsupportedType p -> VALIDATION_ERROR;
            case Problem.Unauthenticated p ->
                switch (p.proof()) {
                    case NONE -> AUTHENTICATION_ERROR;
                    case INVALID -> TOKEN_INVALID;
                    case EXPIRED -> TOKEN_EXPIRED;
                };
            case Problem.Forbidden p -> AUTHORIZATION_ERROR;
            case Problem.RoleTooLow p -> AUTHORIZATION_ERROR;
            case Problem.NotFound p -> RESOURCE_NOT_FOUND;
            case Problem.NotYours p -> RESOURCE_NOT_FOUND;
            case Problem.MethodNotAllowed p -> METHOD_NOT_ALLOWED;
            case Problem.Conflict p -> CONFLICT_ERROR;
            case Problem.TooMany p -> RATE_LIMIT_EXCEEDED;
            case Problem.Upstream p ->
                switch (p.status()) {
                    case 503 -> SERVICE_UNAVAILABLE;
                    case 504 -> TIMEOUT_ERROR;
                    default -> EXTERNAL_SERVICE_ERROR;
                };
            case Problem.Internal p -> INTERNAL_SERVER_ERROR;
            case Problem.Flow f -> INTERNAL_SERVER_ERROR; // its routes are of another surface
        };
    }

    /** All of them as a Markdown table. */
    public static String markdown() {
        var table = new StringBuilder("| Code | HTTP | Meaning | What to do |\n|---|---|---|---|\n");
        for (var code : List.of(values())) {
            table.append(
                    "| `%s` | %d | %s | %s |\n".formatted(code.name(), code.status, code.meaning, code.retry.advice));
        }
        return table.toString();
    }
}
