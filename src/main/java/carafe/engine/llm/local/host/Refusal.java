package carafe.engine.llm.local.host;

/** An answer other than 200: status, the OpenAI error code and a sentence for people. */
final class Refusal extends RuntimeException {
    private final int status;
    private final String code;

    Refusal(int status, String code, String message) {
        super(message, null, false, false);
        this.status = status;
        this.code = code;
    }

    static Refusal badRequest(String message) {
        return new Refusal(400, "invalid_request", message);
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
