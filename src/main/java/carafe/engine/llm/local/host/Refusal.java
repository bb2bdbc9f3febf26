package carafe.engine.llm.local.host;

import org.jspecify.annotations.Nullable;

/** An answer other than 200: status, the OpenAI error code and a sentence for people. */
final class Refusal extends RuntimeException {
    private final int status;
    private final String code;
    private final @Nullable String param;

    Refusal(int status, String code, String message) {
        this(status, code, message, null);
    }

    /** @param param the field that is wrong, in dots */
    Refusal(int status, String code, String message, @Nullable String param) {
        super(message, null, false, false);
        this.status = status;
        this.code = code;
        this.param = param;
    }

    static Refusal badRequest(String message) {
        return new Refusal(400, "invalid_request", message);
    }

    static Refusal badField(String param, String message) {
        return new Refusal(400, "invalid_request", message, param);
    }

    @Nullable
    String param() {
        return param;
    }

    int status() {
        return status;
    }

    String code() {
        return code;
    }

    String explain() {
        return String.valueOf(getMessage());
    }
}
