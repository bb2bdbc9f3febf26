package carafe.engine.sandbox;

import java.time.Duration;
import java.util.Map;
import java.util.Set;

/** All that an operator decides about the sandbox; {@link #defaults()} is what a small server wants. */
public record SandboxSettings(
        Engine engine, Images images, Box box, Sizing sizing, Queueing queueing, Program.Isolation isolation) {

    /**
     * {@code host} is a Docker address ({@code unix://}, {@code tcp://}), empty for {@code /var/run/docker.sock};
     * {@code runtime} the name of an OCI runtime the engine knows, empty for its default; {@code drain} how long
     * {@link Sandbox#close()} lets runs end.
     */
    public record Engine(String host, String runtime, Duration drain) {}

    /**
     * {@code byLanguage} holds only images the operator named ({@code DOCKER_IMAGE} is that of {@code python}). A
     * language without one takes the first of its usual images that the engine has, the locally built
     * {@code carafe-sandbox} among them. {@code pull} fetches what is missing in the background.
     */
    public record Images(Map<String, String> byLanguage, boolean pull) {
        public Images {
            byLanguage = Map.copyOf(byLanguage);
        }
    }

    /** What one container may use; a language may need more of something and says so itself. {@code cpuPercent} of one core. */
    public record Box(int memoryMb, int cpuPercent, int processes, int tmpMb, int tmpFiles) {}

    /**
     * Of each language's pool, {@code initial} and {@code min} only of the languages that {@code kept} names: the
     * others start with their first run and end when idle. {@code maxContainers} holds for all languages together.
     */
    public record Sizing(
            Set<String> kept,
            int initial,
            int max,
            int min,
            Duration idle,
            int maxRuns,
            Duration maxAge,
            int maxContainers) {
        public Sizing {
            kept = Set.copyOf(kept);
        }
    }

    /**
     * {@code perOwner} runs of one owner at a time in a language, {@code perOwnerWaiting} more may wait; {@code bound} of
     * everybody, for {@code patience} at most.
     */
    public record Queueing(int bound, Duration patience, int perOwner, int perOwnerWaiting) {}

    public static SandboxSettings defaults() {
        return new SandboxSettings(
                new Engine("", "", Duration.ofSeconds(10)),
                new Images(Map.of(), true),
                new Box(128, 50, 64, 10, 4096),
                new Sizing(Set.of("python"), 3, 10, 1, Duration.ofMinutes(5), 500, Duration.ofMinutes(15), 20),
                new Queueing(256, Duration.ofSeconds(30), 4, 64),
                Program.Isolation.REUSE);
    }
}
