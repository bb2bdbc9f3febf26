package carafe.feature.code;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Keeps runs that were made for a known account in a known lesson. */
@FunctionalInterface
public interface RunKeeper {
    /** {@code own}: the account is the caller's. {@code status} is success, error or timeout; {@code output} is null unless it succeeded. */
    record Ran(
            long userId,
            boolean own,
            String lessonId,
            String code,
            String status,
            @Nullable String output,
            double seconds) {}

    /** The id under which it was kept. */
    Optional<Long> keep(Ran ran);
}
