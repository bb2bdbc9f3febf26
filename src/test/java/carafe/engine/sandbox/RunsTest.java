package carafe.engine.sandbox;

import static carafe.engine.sandbox.TestEngine.LIMITS;
import static carafe.engine.sandbox.TestEngine.file;
import static carafe.engine.sandbox.TestEngine.fresh;
import static carafe.engine.sandbox.TestEngine.program;
import static carafe.engine.sandbox.TestEngine.python;
import static carafe.engine.sandbox.TestEngine.result;
import static carafe.engine.sandbox.TestEngine.results;
import static carafe.engine.sandbox.TestEngine.run;
import static carafe.engine.sandbox.TestEngine.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import carafe.engine.sandbox.Outcome.Finished;
import carafe.engine.sandbox.Outcome.Refused;
import carafe.engine.sandbox.Outcome.Status;
import carafe.engine.sandbox.Program.Case;
import carafe.engine.sandbox.Program.Isolation;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What programs of every language and mode see and say, on the real engine. */
class RunsTest {
    private static Sandbox sandbox;

    @BeforeAll
    static void start() {
        sandbox = TestEngine.setup().ready();
    }

    @AfterAll
    static void close() {
        sandbox.close();
    }

    private static Program hello(String language) {
        return switch (language) {
            case "python" -> python("import sys\nprint('hello', sys.stdin.read())\nsys.exit(3)");
            case "javascript" ->
                program(
                        language,
                        "main.js",
                        "console.log('hello', require('fs').readFileSync(0, 'utf8'));\nprocess.exit(3)");
            case "bash" -> program(language, "main.sh", "echo hello \"$(cat)\"\nexit 3");
            case "c" -> program(language, "main.c", """
                        #include <stdio.h>
                        int main(void) {
                            char text[64];
                            printf("hello %s\\n", fgets(text, sizeof text, stdin));
                            return 3;
                        }
                        """);
            default -> throw new AssertionError(language);
        };
    }

    @ParameterizedTest
    @CsvSource({"python,REUSE", "python,FRESH", "javascript,FRESH", "bash,FRESH", "c,FRESH"})
    void everyLanguageReadsWritesAndExits(String language, Isolation isolation) {
        var plain = hello(language);
        var asked = new Program(
                language,
                plain.files(),
                plain.entry(),
                Map.of(),
                List.of(new Case("wörld ✓", List.of())),
                isolation,
                Safety.OFF);

        var outcome = run(sandbox, asked, LIMITS);

        assertThat(outcome).isInstanceOf(Finished.class);
        var finished = (Finished) outcome;
        var only = finished.results().getFirst();
        assertThat(only.stdout()).isEqualTo("hello wörld ✓\n");
        assertThat(only.stderr()).isEmpty();
        assertThat(only.status()).isEqualTo(Status.OK);
        assertThat(only.exit()).isEqualTo(3);
        assertThat(only.wall()).isPositive();
        assertThat(finished.placement().language()).isEqualTo(language);
        assertThat(finished.placement().isolation()).isEqualTo(isolation);
        assertThat(finished.placement().version()).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"python", "javascript", "bash", "c"})
    void everyLanguageIsListedWithItsImageAndVersion(String language) {
        result(sandbox, hello(language));

        var info = sandbox.languages().stream()
                .filter(one -> one.id().equals(language))
                .findFirst()
                .orElseThrow();
        assertThat(info.available()).isTrue();
        assertThat(info.image()).isNotEmpty();
        assertThat(info.version()).isNotEmpty();
        assertThat(info.defaultEntry()).startsWith("main.");
    }

    @Test
    void filesArgumentsAndEnvironmentArrive() {
        var source = """
                import os, sys, lessons.data
                print(open('data.txt').read(), lessons.data.X, sys.argv[1:], os.environ['COLOUR'])""";
        var cases = new Case("", List.of("a b", "--ü"));

        var answer = result(
                sandbox,
                with(
                        python(source, cases),
                        Map.of("COLOUR", "grün"),
                        file("data.txt", "čaj"),
                        file("lessons/data.py", "X = 7")));

        assertThat(answer.stdout()).isEqualTo("čaj 7 ['a b', '--ü'] grün\n");
        assertThat(answer.stderr()).isEmpty();
    }

    @Test
    void casesRunInOrderEachInAProcessOfItsOwn() {
        var source = "import sys\nseen = getattr(sys, 'seen', 0)\nsys.seen = 1\nprint(int(input()) ** 2, seen)";
        var inputs = List.of("2", "3", "x", "5");

        var all = results(
                sandbox,
                python(
                        source,
                        inputs.stream().map(text -> new Case(text, List.of())).toArray(Case[]::new)),
                LIMITS);

        assertThat(all).extracting(Outcome.CaseResult::stdout).containsExactly("4 0\n", "9 0\n", "", "25 0\n");
        assertThat(all).extracting(Outcome.CaseResult::exit).containsExactly(0, 0, 1, 0);
        assertThat(all.get(2).stderr()).contains("ValueError").contains("main.py\", line 4");
    }

    @Test
    void nothingOfARunIsLeftForTheNext() {
        result(
                sandbox,
                python(
                        "open('left', 'w').write('x')\nimport builtins, os\nbuiltins.secret = 1\nos.fork() or __import__('time').sleep(60)"));

        for (int i = 0; i < 3; i++) {
            var next = result(sandbox, python("""
                    import os, builtins
                    print(os.listdir('.'), hasattr(builtins, 'secret'), sum(p.isdigit() for p in os.listdir('/proc')))"""));
            assertThat(next.stdout()).isEqualTo("['main.py'] False 2\n");
        }
    }

    @Test
    void outputThatIsNoUtf8IsReplaced() {
        var answer = result(sandbox, python("import sys\nsys.stdout.buffer.write(b'a\\xff\\xe2\\x82b\\xe2\\x82')"));

        assertThat(answer.stdout()).isEqualTo("a\ufffd\ufffdb\ufffd");
    }

    @Test
    void theSafetyCheckNamesTheLineAndRunsNothing() {
        var unsafe = python("x = 1\nprint('ran')\neval('1')");
        var checked = new Program(
                "python",
                unsafe.files(),
                unsafe.entry(),
                Map.of(),
                unsafe.cases(),
                null,
                new Safety(Safety.Level.BASIC, Set.of()));

        assertThat(run(sandbox, checked, LIMITS))
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> assertThat(refused.violations())
                                .singleElement()
                                .satisfies(one -> assertThat(one.line()).isEqualTo(3)));
        assertThat(result(sandbox, python("print(1)")).stdout()).isEqualTo("1\n");
    }

    @Test
    void aProgramThatDoesNotCompileSaysWhy() {
        var all = results(
                sandbox, program("c", "main.c", "int main(void) { return x; }", Case.PLAIN, Case.PLAIN), LIMITS);

        assertThat(all)
                .extracting(Outcome.CaseResult::status)
                .containsExactly(Status.COMPILE_ERROR, Status.COMPILE_ERROR);
        assertThat(all.getFirst().stderr()).contains("main.c").contains("x");
    }

    @Test
    void freshContainersServeOneRunOnly() {
        var source = fresh(python("import os\nprint(os.path.exists('/tmp/seen'))\nopen('/tmp/seen', 'w')"));

        assertThat(result(sandbox, source).stdout()).isEqualTo("False\n");
        assertThat(result(sandbox, source).stdout()).isEqualTo("False\n");
        assertThat(TestEngine.retired(sandbox, "used")).isGreaterThanOrEqualTo(2);
    }

    @Test
    void theContainerIsAsTightAsItShouldBe() throws Exception {
        result(sandbox, python("print(1)"));
        try (var engine = TestEngine.engine()) {
            var ours = engine.listed().stream()
                    .filter(one ->
                            one.name().startsWith("carafe-" + sandbox.stats().poolId() + "-python-reuse"))
                    .findFirst()
                    .orElseThrow();
            var details = engine.inspect(ours.id()).orElseThrow();
            var host = details.getHostConfig();
            assertThat(details.getConfig().getUser()).matches("60\\d{3}:60\\d{3}");
            assertThat(host.getReadonlyRootfs()).isTrue();
            assertThat(host.getAutoRemove()).isTrue();
            assertThat(host.getNetworkMode()).isEqualTo("none");
            assertThat(host.getIpcMode()).isEqualTo("none");
            assertThat(host.getMemory()).isEqualTo(128L << 20).isEqualTo(host.getMemorySwap());
            assertThat(host.getPidsLimit()).isEqualTo(64);
            assertThat(host.getCpuQuota()).isEqualTo(50_000);
            assertThat(host.getCapDrop()).isNotEmpty();
            assertThat(host.getSecurityOpts()).contains("no-new-privileges");
            assertThat(host.getLogConfig().getType().getType()).isEqualTo("none");
            assertThat(host.getTmpFs().get("/tmp")).contains("noexec", "nosuid", "nodev", "size=10m", "nr_inodes=4096");
        }
    }

    @Test
    void whatCannotBeARunIsRefusedBeforeAnythingStarts() {
        assertThatThrownBy(() -> run(sandbox, program("cobol", "main.cob", "x"), LIMITS))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> run(sandbox, with(python("print(1)"), Map.of(), file("../x", "")), LIMITS))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theFiguresAddUp() {
        for (int i = 0; i < 5; i++) {
            result(sandbox, python("print(1)"));
        }

        var stats = sandbox.stats();
        var all = stats.totals();
        assertThat(all.total()).isEqualTo(all.available() + all.inUse());
        assertThat((long) all.total()).isEqualTo(all.created() - all.destroyed());
        assertThat(all.resets()).isLessThanOrEqualTo(all.executions());
        assertThat(all.executions()).isGreaterThanOrEqualTo(5);
        assertThat(stats.containers()).hasSize(all.total());
        assertThat(stats.timings().errorRate()).isZero();
        assertThat(stats.timings().hotMsP50()).isPositive();
    }
}
