package carafe.engine.workflow;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/** One node, tried alone; nothing is kept. */
public final class Trial {
    private Trial() {}

    /** What became of it. @throws FlowFailure when it failed */
    public static Step of(Plan single, Services services) {
        var last = new AtomicReference<Step>();
        var setting = new Execution.Setting(single, Map.of(), "trial", "", "trial", false, Values.object(), List.of());
        var ending = new Execution(
                        setting,
                        Execution.Past.NONE,
                        services,
                        entry -> entry.steps().forEach(last::set))
                .run();
        var step = last.get();
        if (ending.state() == Journal.State.WAITING) {
            throw new FlowFailure(FlowCode.NODE_DEBUG, "it would wait, and nobody waits with it");
        }
        if (step == null) {
            throw FlowFailure.again(ending.code(), ending.message());
        }
        if (step.state() != Step.State.DONE) {
            throw FlowFailure.again(step.code(), step.message());
        }
        return step;
    }

    /** The type of the node, as it is told to people. */
    public static Node node(Plan single) {
        return single.root().nodes().getFirst();
    }
}
