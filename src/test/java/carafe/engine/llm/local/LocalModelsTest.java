package carafe.engine.llm.local;

import static carafe.engine.llm.local.LocalClient.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import carafe.engine.llm.LlmException;
import carafe.engine.llm.LlmFailure;
import carafe.platform.jobs.TestClock;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LocalModelsTest {
    private static final int CONTEXT = 32_768;
    private static final String LONG = "\"stream\":true,\"max_tokens\":30000";
    private static final Duration IDLE = Duration.ofMinutes(5);

    @TempDir
    private Path folder;

    private final TestClock clock = new TestClock();
    private LocalModels models = new LocalModels(Path.of(""), Path.of(""), LocalSettings.defaults(), clock);

    @BeforeEach
    void install() throws IOException {
        TinyGguf.write(Files.createDirectories(folder.resolve("models")).resolve("tiny.gguf"), CONTEXT);
        models = open(1, 1L << 30);
    }

    @AfterEach
    void close() {
        models.close();
    }

    @Test
    void loadsAModelOnceHoweverManyAskAndUnloadsItWhenItIdles() throws Exception {
        assertThat(state("tiny")).isEqualTo(LocalModel.State.UNLOADED);
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<Lease> call = () -> models.lease("tiny");
            Future<Lease> one = callers.submit(call);
            Future<Lease> other = callers.submit(call);
            assertThat(one.get().pid()).isEqualTo(other.get().pid());
            assertThat(model("tiny").resident()).isNotNull().isGreaterThan(1L << 20);
            one.get().close();
            one.get().close();
            clock.pass(IDLE);
            models.sweep();
            assertThat(state("tiny")).as("one lease is open").isEqualTo(LocalModel.State.LOADED);
            other.get().close();
            models.sweep();
            assertThat(state("tiny")).as("just used").isEqualTo(LocalModel.State.LOADED);
            clock.pass(IDLE);
            models.sweep();
            assertThat(state("tiny")).isEqualTo(LocalModel.State.UNLOADED);
            assertThat(ProcessHandle.of(other.get().pid())).isEmpty();
            assertThat(folder.resolve("run")).isEmptyDirectory();
        }
    }

    @Test
    void aCrashInMidAnswerIsNamedAndTheNextCallIsAnswered() throws Exception {
        try (Lease lease = models.lease("tiny")) {
            assertThat(lease.crashed()).isFalse();
            assertThatThrownBy(() -> readUntilKilled(lease, "-SEGV")).isInstanceOf(IOException.class);
            assertThat(lease.crashed()).isTrue();
        }
        Await.until("the crash is seen", () -> model("tiny").reason() != null);
        assertThat(model("tiny").reason()).isEqualTo("the native engine crashed");
        try (Lease lease = models.lease("tiny")) {
            assertThat(new LocalClient(lease)
                            .post(ask("again", "\"max_tokens\":2"))
                            .content())
                    .hasSize(2);
        }
    }

    @Test
    void aModelThatFailsThreeTimesRestsForTenMinutes() throws Exception {
        for (int crash = 0; crash < 3; crash++) {
            try (Lease lease = models.lease("tiny")) {
                kill(lease, "-KILL");
                Await.until("the crash is seen", () -> state("tiny") == LocalModel.State.FAILED);
                assertThat(lease.crashed()).isTrue();
            }
            clock.pass(Duration.ofMinutes(1));
        }
        LlmFailure refused = failure(() -> models.lease("tiny"));
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.code()).isEqualTo("model_host_crashed");
        assertThat(refused.message()).contains("ended by signal 9");
        assertThat(refused.retryAfter()).isNotNull();
        clock.pass(Duration.ofMinutes(10));
        models.lease("tiny").close();
    }

    @Test
    void makesRoomByUnloadingTheLeastRecentlyUsedButNeverOneInUse() throws Exception {
        TinyGguf.write(folder.resolve("models/other.gguf"), 512);
        models.lease("tiny").close();
        try (Lease other = models.lease("other")) {
            assertThat(state("tiny")).isEqualTo(LocalModel.State.UNLOADED);
            assertThat(failure(() -> models.lease("tiny")).code()).isEqualTo("model_busy");
            assertThat(new LocalClient(other).post(ask("x", "\"max_tokens\":1")).status())
                    .isEqualTo(200);
        }
    }

    @Test
    void twoModelsStayWhileTheyFitAndSlotsAreGivenUpBeforeAnIdleOneGoes() throws Exception {
        TinyGguf.write(folder.resolve("models/other.gguf"), 512);
        TinyGguf.write(folder.resolve("models/third.gguf"), 512);
        models.close();
        long one = Footprint.OVERHEAD + (5L << 20);
        long four = one + 3 * Footprint.ENGINE;
        try (LocalModels two = open(8, four + one)) {
            two.lease("tiny").close();
            clock.pass(Duration.ofSeconds(1));
            two.lease("other").close();
            assertThat(loaded(two)).containsExactly("other", "tiny");
            assertThat(two.reserved()).isBetween(one, four + one);
            two.load("third");
            Await.until("the third is there", () -> loaded(two).contains("third"));
            assertThat(loaded(two)).as("the least recently used has gone").containsExactly("other", "third");
            assertThat(two.unload("third", false)).isTrue();
            try (Lease lease = two.lease("other")) {
                assertThat(two.unload("other", false)).isFalse();
                assertThat(lease.crashed()).isFalse();
            }
        }
    }

    private static java.util.List<String> loaded(LocalModels models) throws IOException {
        return models.list().stream()
                .filter(model -> model.state() == LocalModel.State.LOADED)
                .map(LocalModel::id)
                .toList();
    }

    @Test
    void endsAProcessThatHoldsMoreThanWasSetAsideForItAndSaysSo() throws Exception {
        try (Lease lease = models.lease("tiny")) {
            models.endWhatOverdraws(Room.SHARE);
            assertThat(lease.crashed()).isFalse();
            models.endWhatOverdraws(0.001);
            assertThat(lease.crashed()).isTrue();
        }
        Await.until("the end is seen", () -> state("tiny") == LocalModel.State.FAILED);
        assertThat(model("tiny").reason()).contains("MB were set aside for it");
    }

    @Test
    void unloadingWhatStillLoadsEndsItAsSoonAsItIsThere() throws Exception {
        models.load("tiny");
        assertThat(state("tiny")).isEqualTo(LocalModel.State.LOADING);
        assertThat(models.unload("tiny", false)).isTrue();
        Await.until("it has gone", () -> state("tiny") == LocalModel.State.UNLOADED);
        assertThat(models.reserved()).isZero();
        models.lease("tiny").close();
    }

    @Test
    void refusesWhatIsNotThereWhatIsUnsoundAndWhatNeverFits() throws Exception {
        Files.writeString(folder.resolve("models/broken.gguf"), "nonsense");
        assertThat(failure(() -> models.lease("nobody")).status()).isEqualTo(404);
        assertThat(failure(() -> models.lease("nobody")).code()).isEqualTo("model_not_found");
        assertThat(failure(() -> models.lease("broken")).message()).contains("not a GGUF");
        assertThat(state("broken")).isEqualTo(LocalModel.State.FAILED);
        try (LocalModels small = open(1, 1 << 20)) {
            assertThat(failure(() -> small.lease("tiny")).code()).isEqualTo("model_too_large");
        }
    }

    @Test
    void tellsWhyTheEngineCannotLoadAModel() throws Exception {
        byte[] bytes = TinyGguf.bytes(512);
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        bytes[text.indexOf("blk.0.attn_q")] = 'z';
        Files.write(folder.resolve("models/newer.gguf"), bytes);
        LlmFailure failure = failure(() -> models.lease("newer"));
        assertThat(failure.status()).isEqualTo(502);
        assertThat(failure.message()).contains("missing tensor 'blk.0.attn_q.weight'");
        assertThat(state("newer")).isEqualTo(LocalModel.State.FAILED);
        assertThat(models.errors("newer")).isNotEmpty().hasSizeLessThanOrEqualTo(50);
        assertThat(folder.resolve("run")).isEmptyDirectory();
    }

    @Test
    void aKilledParentTakesItsModelsAlong() throws Exception {
        Process parent = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        DoomedParent.class.getName(),
                        folder.toString())
                .redirectErrorStream(true)
                .start();
        String line = "";
        try (BufferedReader lines = parent.inputReader()) {
            while (!line.startsWith("pid ")) {
                line = String.valueOf(lines.readLine());
                assertThat(line).isNotEqualTo("null");
            }
            ProcessHandle child =
                    ProcessHandle.of(Long.parseLong(line.substring(4))).orElseThrow();
            assertThat(child.isAlive()).isTrue();
            parent.destroyForcibly().waitFor();
            Await.until("the orphan ends", () -> !child.isAlive());
        }
    }

    private void readUntilKilled(Lease lease, String signal) throws Exception {
        try (BufferedReader lines = new LocalClient(lease).stream(ask("crash", LONG))) {
            String line = lines.readLine();
            kill(lease, signal);
            while (line != null) {
                line = lines.readLine();
            }
        }
    }

    private static void kill(Lease lease, String signal) throws IOException, InterruptedException {
        new ProcessBuilder("kill", signal, Long.toString(lease.pid())).start().waitFor();
    }

    @Test
    void withoutABudgetModelsHaveHalfOfTheMemory() {
        assertThat(LocalSettings.defaults().memoryBudget()).isGreaterThan(100L << 20);
        assertThat(new LocalSettings(IDLE, 1, 5, 1, 2, CONTEXT).memoryBudget()).isEqualTo(5);
    }

    private LocalModels open(int maxLoaded, long budget) {
        LocalSettings settings = new LocalSettings(IDLE, maxLoaded, budget, 1, 2, CONTEXT);
        return new LocalModels(folder.resolve("models"), folder.resolve("run"), settings, clock);
    }

    private LocalModel model(String id) throws IOException {
        return models.list().stream()
                .filter(model -> model.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private LocalModel.State state(String id) throws IOException {
        return model(id).state();
    }

    private static LlmFailure failure(ThrowingCallable call) {
        try {
            call.call();
        } catch (LlmException e) {
            return e.failure();
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
        throw new AssertionError("nothing failed");
    }
}
