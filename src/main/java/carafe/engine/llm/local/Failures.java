package carafe.engine.llm.local;

import carafe.engine.llm.LlmException;
import carafe.engine.llm.LlmFailure;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The ways in which a local model cannot be had, worded for people. */
final class Failures {
    private static final String SHORTLY = "5";

    private Failures() {}

    static LlmException notFound(String id) {
        return failure(404, "model_not_found", "There is no local model \"" + id + "\". Add it with: carafe model add");
    }

    static LlmException unsound(ModelFile file) {
        return failure(502, "upstream_error", "The model \"" + file.id() + "\" cannot be used: " + file.problem());
    }

    static LlmException unreadable(IOException e) {
        return failure(502, "upstream_error", "The models folder cannot be read: " + e.getMessage());
    }

    static LlmException busy(String why) {
        return new LlmException(new LlmFailure(503, "model_busy", why + " Try again shortly.", null, SHORTLY));
    }

    static LlmException tooLarge(ModelFile file, long least, long budget) {
        return failure(
                503,
                "model_too_large",
                "The model \"" + file.id() + "\" needs at least " + (least >> 20) + " MB of memory (its file has "
                        + (file.size() >> 20) + " MB), and local models may use " + (budget >> 20)
                        + " MB (LOCAL_MODEL_MEMORY_MB).");
    }

    static LlmException notLoaded(String id, @Nullable Throwable why) {
        String reason = why == null ? "" : String.valueOf(why.getMessage());
        return failure(502, "model_host_crashed", "The local model \"" + id + "\" could not be loaded: " + reason);
    }

    static LlmException quarantined(String reason, Duration left) {
        return new LlmException(new LlmFailure(
                503,
                "model_host_crashed",
                "The local model failed three times and rests for a while: " + reason,
                null,
                Long.toString(left.toSeconds() + 1)));
    }

    private static LlmException failure(int status, String code, String message) {
        return new LlmException(new LlmFailure(status, code, message));
    }
}
