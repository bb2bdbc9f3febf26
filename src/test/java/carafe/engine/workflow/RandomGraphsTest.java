package carafe.engine.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Any workflow that dies at any moment, any number of times, ends as if nothing had happened. */
class RandomGraphsTest {
    @Test
    void fiftyGraphsThatDieAtRandomPointsEndAsUndisturbedOnes() {
        tryGraphs(50, 7);
    }

    @Test
    @Tag("long")
    void aThousandGraphsThatDieAtRandomPointsEndAsUndisturbedOnes() {
        tryGraphs(1_000, 11);
    }

    private static void tryGraphs(int count, long seed) {
        for (int i = 0; i < count; i++) {
            var random = new Random(seed * 100_000 + i);
            var flow = RandomGraph.draw(random);
            var calm = new Bench();
            var expected = calm.run(flow, "in" + i);
            assertThat(expected.state()).as("graph %s: %s", i, flow.json()).isEqualTo(Journal.State.DONE);

            var world = new Bench();
            var ending = disturbed(world, flow, "in" + i, random);
            assertThat(ending.outputs()).as("graph %s: %s", i, flow.json()).isEqualTo(expected.outputs());
            assertThat(spoken(world.said())).as("graph %s", i).isEqualTo(spoken(calm.said()));
            assertThat(world.steps.stream().map(Step::path).sorted().toList())
                    .as("graph %s", i)
                    .isEqualTo(calm.steps.stream().map(Step::path).sorted().toList());
        }
    }

    private static Journal.Ending disturbed(Bench world, Flow flow, String input, Random random) {
        var plan = flow.plan();
        var parameters = (ObjectNode) Flow.json("{'AGENT_USER_INPUT':'" + input + "'}");
        var past = Execution.Past.NONE;
        while (true) {
            world.diesAfter = random.nextInt(30);
            var done = world.steps.stream().map(Step::path).toList();
            world.calls.clear();
            try {
                var ending =
                        world.execution(plan, parameters, true, past, Map.of()).run();
                noneOf(world, done);
                return ending;
            } catch (Bench.Died e) {
                noneOf(world, done);
                past = world.past();
            }
        }
    }

    /** A finished step is never run again. */
    private static void noneOf(Bench world, List<String> done) {
        assertThat(world.calls.keySet())
                .noneMatch(id -> done.contains(id.substring("run/".length(), id.lastIndexOf('@'))));
    }

    /** What each node said; two that may speak at the same time do so in any order. */
    private static List<String> spoken(String said) {
        return Arrays.stream(said.split("(?=\\[m\\d)|(?=\\{\"v0\")")).sorted().toList();
    }
}
