package carafe.feature.workflows;

import carafe.engine.workflow.FlowCode;
import carafe.engine.workflow.FlowFailure;
import carafe.engine.workflow.Plan;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Plans by the hash of their description, made once; those used last stay in memory, up to some ten thousand nodes. */
final class Plans {
    private static final int MOST_NODES = 50_000;
    private static final int MOST_CALLED = 100;

    private final FlowStore flows;
    private final Secrets secrets;
    private final ObjectMapper mapper;
    private final LinkedHashMap<String, Plan> known = new LinkedHashMap<>(64, 0.75f, true);
    private int nodes;

    Plans(FlowStore flows, Secrets secrets, ObjectMapper mapper) {
        this.flows = flows;
        this.secrets = secrets;
        this.mapper = mapper;
    }

    /** @throws FlowFailure when the description is gone or not valid */
    Plan of(String hash) {
        synchronized (known) {
            var plan = known.get(hash);
            if (plan != null) {
                return plan;
            }
        }
        var data = flows.definition(hash)
                .orElseThrow(() -> new FlowFailure(FlowCode.BUILD, "the description is no longer there"));
        Plan plan;
        try {
            plan = Plan.of(secrets.opened(mapper.readTree(data))).orFail(FlowCode.DSL);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a stored description that is no JSON", e);
        }
        remember(hash, plan);
        return plan;
    }

    private void remember(String hash, Plan plan) {
        synchronized (known) {
            if (known.put(hash, plan) == null) {
                nodes += plan.size();
            }
            for (var all = known.entrySet().iterator(); nodes > MOST_NODES && known.size() > 1 && all.hasNext(); ) {
                nodes -= all.next().getValue().size();
                all.remove();
            }
        }
    }

    /** The hashes of all workflows that a plan calls, directly or through others. @throws FlowFailure for circles */
    ObjectNode called(String flowId, Plan plan, VersionFinder versions) {
        var found = mapper.createObjectNode();
        var above = new HashSet<String>();
        above.add(flowId);
        call(plan, versions, found, above);
        return found;
    }

    /** Finds the hash that {@code flowId} and {@code version} (empty: the newest) mean now. */
    @FunctionalInterface
    interface VersionFinder {
        String hash(String flowId, String version);
    }

    private void call(Plan plan, VersionFinder versions, ObjectNode found, Set<String> above) {
        for (var key : plan.subFlows()) {
            int space = key.indexOf(' ');
            var flowId = key.substring(0, space);
            if (!above.add(flowId)) {
                throw new FlowFailure(FlowCode.SUB_FLOW, "the workflow " + flowId + " calls itself");
            }
            if (!found.has(key)) {
                var hash = versions.hash(flowId, key.substring(space + 1));
                found.put(key, hash);
                if (found.size() > MOST_CALLED) {
                    throw new FlowFailure(FlowCode.SUB_FLOW, "more than " + MOST_CALLED + " workflows are called");
                }
                call(of(hash), versions, found, above);
            } else {
                call(of(found.path(key).asText()), versions, found, above);
            }
            above.remove(flowId);
        }
    }

    /** The plans that a run calls, by {@code flowId version}. */
    Map<String, Plan> all(ObjectNode called) {
        var plans = new HashMap<String, Plan>();
        called.properties()
                .forEach(one -> plans.put(one.getKey(), of(one.getValue().asText())));
        return plans;
    }
}
