package carafe.platform.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A failure that a client may know: status, stable code, a sentence for people, and where in the request it lies.
 * Everything else that is thrown is a bug and answered as a bare 500. It carries no stack trace: it is an answer.
 */
public abstract sealed class Problem extends RuntimeException {
    private final int status;
    private final String code;
    private final @Nullable String where;

    private Problem(int status, String code, String message, @Nullable String where) {
        super(message, null, false, false);
        this.status = status;
        this.code = code;
        this.where = where;
    }

    public int status() {
        return status;
    }

    public String code() {
        return code;
    }

    /** The sentence for people. */
    public String explain() {
        return String.valueOf(getMessage());
    }

    /** The field or parameter at fault, in dotted form, or null. */
    public @Nullable String where() {
        return where;
    }

    /** Headers that belong to the answer, such as Retry-After. */
    public Map<String, String> headers() {
        return Map.of();
    }

    /** Rounded up, and never at once: the form of {@code Retry-After}. */
    private static String seconds(Duration wait) {
        return Long.toString(Math.max(1, (wait.toMillis() + 999) / 1000));
    }

    /** {@code error.type} of the OpenAI API. */
    String openAiType() {
        return switch (status) {
            case 401 -> "authentication_error";
            case 403 -> "permission_error";
            case 429 -> "rate_limit_error";
            default -> status >= 500 ? "server_error" : "invalid_request_error";
        };
    }

    /** {@code error.type} of the Anthropic API. */
    String anthropicType() {
        return switch (status) {
            case 401 -> "authentication_error";
            case 403 -> "permission_error";
            case 404 -> "not_found_error";
            case 413 -> "request_too_large";
            case 429 -> "rate_limit_error";
            case 504 -> "timeout_error";
            case 529 -> "overloaded_error";
            default -> status >= 500 ? "api_error" : "invalid_request_error";
        };
    }

    /** 400: the request is understood and cannot be right. */
    public static final class BadRequest extends Problem {
        public BadRequest(String message) {
            this(message, null);
        }

        public BadRequest(String message, @Nullable String where) {
            super(400, "bad_request", message, where);
        }

        public BadRequest(String code, String message, @Nullable String where) {
            super(400, code, message, where);
        }
    }

    /** 401: nobody, or somebody whose proof no longer holds. */
    public static final class Unauthenticated extends Problem {
        private final Caller.Proof proof;

        public Unauthenticated(String message) {
            this(message, Caller.Proof.NONE);
        }

        Unauthenticated(String message, Caller.Proof proof) {
            super(401, "unauthenticated", message, null);
            this.proof = proof;
        }

        Caller.Proof proof() {
            return proof;
        }

        /** RFC 6750, section 3: how to prove who one is, and whether what was shown is worth nothing. */
        @Override
        public Map<String, String> headers() {
            return Map.of("WWW-Authenticate", proof == Caller.Proof.NONE ? "Bearer" : "Bearer error=\"invalid_token\"");
        }
    }

    /** 403: known, and not allowed. */
    public static final class Forbidden extends Problem {
        public Forbidden(String message) {
            super(403, "forbidden", message, null);
        }
    }

    /** 403, on the Open WebUI surface 401: the account's role is too low for this route. */
    public static final class RoleTooLow extends Problem {
        RoleTooLow() {
            super(
                    403,
                    "forbidden",
                    "You do not have permission to access this resource. Please contact your administrator.",
                    null);
        }
    }

    /** 404: not there, or not yours. */
    public static final class NotFound extends Problem {
        public NotFound(String what) {
            super(404, "not_found", "We could not find this " + what + ".", null);
        }

        public NotFound(String code, String message, @Nullable String where) {
            super(404, code, message, where);
        }
    }

    /** 404, on the Open WebUI surface 401: a row that is not there or belongs to somebody else; nobody learns which. */
    public static final class NotYours extends Problem {
        public NotYours(String what) {
            super(404, "not_found", "We could not find this " + what + ", or it is not yours.", null);
        }
    }

    /** 405: the path exists, the method does not. */
    public static final class MethodNotAllowed extends Problem {
        private final String allowed;

        /** @param allowed the methods that are, with commas between them */
        public MethodNotAllowed(String method, String allowed) {
            super(405, "method_not_allowed", "The method " + method + " is not allowed here.", null);
            this.allowed = allowed;
        }

        @Override
        public Map<String, String> headers() {
            return Map.of("Allow", allowed);
        }
    }

    /** 409: the state is against it. */
    public static final class Conflict extends Problem {
        public Conflict(String message) {
            super(409, "conflict", message, null);
        }
    }

    /** 413: more bytes than the route takes. */
    public static final class TooLarge extends Problem {
        public TooLarge(long limit) {
            super(413, "too_large", "The request body is larger than the " + limit + " bytes allowed here.", null);
        }
    }

    /** 415: not the content type the route reads. */
    public static final class UnsupportedType extends Problem {
        public UnsupportedType(String expected) {
            super(415, "unsupported_media_type", "Send this request as " + expected + ".", null);
        }
    }

    /** What is wrong with a field. */
    public enum Mistake {
        MISSING,
        TYPE,
        VALUE;

        String wire() {
            return switch (this) {
                case MISSING -> "missing";
                case TYPE -> "type_error";
                case VALUE -> "value_error";
            };
        }
    }

    /** 422: well-formed JSON of the wrong shape. */
    public static final class Unprocessable extends Problem {
        private final Mistake mistake;

        public Unprocessable(String message, @Nullable String where) {
            this(message, where, Mistake.VALUE);
        }

        public Unprocessable(String message, @Nullable String where, Mistake mistake) {
            super(422, "unprocessable", message, where);
            this.mistake = mistake;
        }

        Mistake mistake() {
            return mistake;
        }
    }

    /** 429: too many for now; {@code Retry-After} says until when. */
    public static final class TooMany extends Problem {
        private final Duration wait;

        public TooMany(String message, Duration wait) {
            super(429, "rate_limited", message, null);
            this.wait = wait;
        }

        @Override
        public Map<String, String> headers() {
            return Map.of("Retry-After", seconds(wait));
        }
    }

    /** Something we depend on failed or refused; status, body and Retry-After are its own where it gave any. */
    public static final class Upstream extends Problem {
        private final Map<String, String> headers;
        private final @Nullable ObjectNode body;

        public Upstream(int status, String code, String message) {
            this(status, code, message, Map.of(), null);
        }

        /** {@code body}: what the upstream itself said, in the OpenAI shape. */
        public Upstream(
                int status, String code, String message, Map<String, String> headers, @Nullable ObjectNode body) {
            super(status, code, message, null);
            this.headers = Map.copyOf(headers);
            this.body = body;
        }

        @Override
        public Map<String, String> headers() {
            return headers;
        }

        @Nullable
        ObjectNode body() {
            return body;
        }
    }

    /** A failure of the code and course API with a code of its own, and what its {@code details} say. */
    public static final class Course extends Problem {
        private final CourseCode courseCode;
        private final ObjectNode details;
        private final @Nullable Duration wait;

        public Course(CourseCode code, String message, ObjectNode details) {
            this(code, message, details, null, null);
        }

        /** {@code where}: the field at fault; {@code wait}: when to try again, for {@code Retry-After}. */
        public Course(
                CourseCode code, String message, ObjectNode details, @Nullable String where, @Nullable Duration wait) {
            super(code.status(), code.name().toLowerCase(Locale.ROOT), message, where);
            this.courseCode = code;
            this.details = details;
            this.wait = wait;
        }

        CourseCode courseCode() {
            return courseCode;
        }

        ObjectNode details() {
            return details;
        }

        @Override
        public Map<String, String> headers() {
            return wait == null ? Map.of() : Map.of("Retry-After", seconds(wait));
        }
    }

    /** A failure of the workflow API, which answers them with status 200 and a number of its own. */
    public static final class Flow extends Problem {
        private final int number;

        public Flow(int number, String message) {
            super(200, "workflow", message, null);
            this.number = number;
        }

        public int number() {
            return number;
        }
    }

    /** 500: a bug; the log has the rest under the request id. */
    public static final class Internal extends Problem {
        public Internal() {
            super(
                    500,
                    "internal_error",
                    "Something went wrong on our side. The log has more under this request id.",
                    null);
        }
    }
}
