package carafe.feature.workflows;

import carafe.engine.sandbox.Limits;
import carafe.engine.sandbox.Outcome;
import carafe.engine.sandbox.Program;
import carafe.engine.sandbox.Safety;
import carafe.engine.workflow.FlowCode;
import carafe.engine.workflow.FlowFailure;
import carafe.engine.workflow.Stop;
import carafe.feature.code.Runs;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Runs code nodes in the sandbox: arguments come by standard input, the result goes by standard output, and what the code
 * prints itself to standard error.
 */
final class CodeRuns {
    private static final Duration LONGEST = Duration.ofMinutes(5);
    private static final int OUTPUT_BYTES = 1 << 20;
    private static final int MOST_ERROR = 1_000;
    private static final int NO_MAIN = 86;
    private static final String HARNESS = """
            import inspect, json, sys
            out = sys.stdout
            sys.stdout = sys.stderr
            given = json.load(sys.stdin)
            import node_code
            main = getattr(node_code, "main", None)
            if not callable(main):
                sys.exit(86)
            wanted = inspect.signature(main).parameters
            if not any(p.kind is p.VAR_KEYWORD for p in wanted.values()):
                given = {k: v for k, v in given.items() if k in wanted}
            value = main(**given)
            json.dump(value, out, ensure_ascii=False, default=str)
            out.flush()
            """;

    private final Runs runs;
    private final int processes;
    private final ObjectMapper mapper;

    CodeRuns(Runs runs, int processes, ObjectMapper mapper) {
        this.runs = runs;
        this.processes = processes;
        this.mapper = mapper;
    }

    /** What {@code main} returns. @throws FlowFailure for what the code, the sandbox or the time did */
    JsonNode run(String owner, String code, ObjectNode arguments, Duration limit, Stop stop) {
        var wall = limit.compareTo(LONGEST) > 0 ? LONGEST : limit;
        var limits = new Limits(wall, wall, Integer.MAX_VALUE, processes, OUTPUT_BYTES);
        try (var run = runs.register(new Runs.For(owner, null, null), null, null)) {
            var outcome = stop.during(() -> run.await(program(code, arguments), limits), run::cancel);
            return value(outcome);
        } catch (IllegalArgumentException e) {
            throw new FlowFailure(FlowCode.CODE, String.valueOf(e.getMessage()));
        }
    }

    private Program program(String code, ObjectNode arguments) {
        var files = List.of(
                new Program.SourceFile("main.py", HARNESS.getBytes(StandardCharsets.UTF_8)),
                new Program.SourceFile("node_code.py", code.getBytes(StandardCharsets.UTF_8)));
        return new Program(
                "python",
                files,
                "main.py",
                Map.of(),
                List.of(new Program.Case(arguments.toString(), List.of())),
                null,
                Safety.OFF);
    }

    private JsonNode value(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Finished finished -> value(finished.results().getFirst());
            case Outcome.Refused refused -> throw new FlowFailure(FlowCode.CODE, "the code was refused");
            case Outcome.Unavailable gone -> throw new FlowFailure(FlowCode.CODE, gone.message());
            case Outcome.Broken broken -> throw new FlowFailure(FlowCode.CODE, broken.message());
            case Outcome.Cancelled c -> throw new FlowFailure(FlowCode.CANCELLED, "");
        };
    }

    private JsonNode value(Outcome.CaseResult result) {
        switch (result.status()) {
            case OK -> {}
            case TIMEOUT, CPU_LIMIT -> throw new FlowFailure(FlowCode.CODE_TIMEOUT, "");
            case MEMORY_LIMIT -> throw new FlowFailure(FlowCode.CODE, "it took too much memory");
            case OUTPUT_LIMIT -> throw new FlowFailure(FlowCode.CODE, "it wrote too much");
            case SIGNAL, COMPILE_ERROR -> throw new FlowFailure(FlowCode.CODE, last(result.stderr()));
        }
        var exit = result.exit();
        if (exit != null && exit == NO_MAIN) {
            throw new FlowFailure(FlowCode.CODE_NO_MAIN, "");
        }
        if (exit == null || exit != 0) {
            throw new FlowFailure(FlowCode.CODE, last(result.stderr()));
        }
        try {
            return mapper.readTree(result.stdout());
        } catch (JsonProcessingException e) {
            return mapper.getNodeFactory().textNode(result.stdout());
        }
    }

    private static String last(String text) {
        var stripped = text.strip();
        return stripped.length() <= MOST_ERROR ? stripped : "…" + stripped.substring(stripped.length() - MOST_ERROR);
    }
}
