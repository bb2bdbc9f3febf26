package carafe.feature.workflows;

import carafe.engine.workflow.FlowCode;
import carafe.engine.workflow.FlowFailure;
import carafe.engine.workflow.Plan;
import carafe.feature.workflows.FlowStore.Flow;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Descriptions and versions of workflows, with the rights on them and the checks before anything is stored. */
final class Flows {
    /** Marks of published versions, and of those taken off, on the platforms of the contract (section 4). */
    static final int PUBLISHED = 1 | 4 | 8 | 32;

    static final int TAKEN_OFF = 2 | 16 | 64;
    static final int MOST_NAME = 200;
    static final int MOST_DESCRIPTION = 4_000;

    private final FlowStore store;
    private final Plans plans;
    private final Secrets secrets;
    private final Sids sids;
    private final ObjectMapper mapper;
    private final Clock clock;

    Flows(FlowStore store, Plans plans, Secrets secrets, Sids sids, ObjectMapper mapper, Clock clock) {
        this.store = store;
        this.plans = plans;
        this.secrets = secrets;
        this.sids = sids;
        this.mapper = mapper;
        this.clock = clock;
    }

    FlowStore store() {
        return store;
    }

    Plans plans() {
        return plans;
    }

    /** Of those that {@code party} owns. @throws FlowFailure when it is not there or not his */
    Flow own(Party party, String id) {
        return store.find(id)
                .filter(flow -> party.owns(flow.accountId(), flow.appId()))
                .orElseThrow(() -> new FlowFailure(FlowCode.FLOW_UNKNOWN, id));
    }

    /** Of those that {@code party} may call: his own, and those bound to the app. */
    Flow callable(Party party, String id) {
        var flow = store.find(id).orElseThrow(() -> new FlowFailure(FlowCode.FLOW_UNKNOWN, id));
        if (party.owns(flow.accountId(), flow.appId()) || store.isBound(party.appId(), id)) {
            return flow;
        }
        throw party.appId().isEmpty()
                ? new FlowFailure(FlowCode.FLOW_UNKNOWN, id)
                : new FlowFailure(FlowCode.NOT_BOUND, id);
    }

    /** Stores a new workflow. A description without nodes is an empty draft. @throws FlowFailure with all that is wrong */
    Flow create(Party party, String appId, String name, String description, int status, @Nullable JsonNode data) {
        var given = data == null ? mapper.createObjectNode() : engine(data);
        check(given);
        var flow = new Flow(
                sids.flowId(),
                party.accountId(),
                appId,
                name,
                description,
                "",
                status,
                0,
                0,
                0,
                clock.millis(),
                clock.millis());
        store.insert(flow, text(secrets.sealed(given, mapper.createObjectNode())));
        return store.find(flow.id()).orElseThrow();
    }

    /** Null leaves a value as it is. */
    void update(
            Flow flow,
            @Nullable String name,
            @Nullable String description,
            @Nullable Integer status,
            @Nullable JsonNode asked) {
        var data = asked == null ? null : engine(asked);
        if (data != null) {
            check(data);
        }
        var changed = new Flow(
                flow.id(),
                flow.accountId(),
                flow.appId(),
                name == null ? flow.name() : name,
                description == null ? flow.description() : description,
                flow.hash(),
                status == null ? flow.status() : status,
                flow.releaseStatus(),
                flow.source(),
                flow.tag(),
                flow.createdAt(),
                flow.updatedAt());
        store.update(changed, data == null ? null : text(secrets.sealed(data, draft(flow))));
    }

    /** The engine's form, also of what the console exports. */
    private JsonNode engine(JsonNode data) {
        return ConsoleFlow.isOne(data) ? new ConsoleFlow(mapper).translated(data) : data;
    }

    /** Whether a description has anything in it; one without nodes may be kept as a beginning. */
    private static boolean isEmpty(JsonNode data) {
        return data.isEmpty()
                || (data.isObject() && !data.has("nodes") && !data.path("data").has("nodes"));
    }

    private static void check(JsonNode data) {
        if (!isEmpty(data)) {
            Plan.of(data).orFail(FlowCode.DSL);
        }
    }

    /** Everything that is wrong or suspicious; nothing is stored. */
    Plan.Reading read(JsonNode data) {
        return Plan.of(engine(data));
    }

    JsonNode draft(Flow flow) {
        return definition(flow.hash());
    }

    JsonNode definition(String hash) {
        return store.definition(hash)
                .map(this::parsed)
                .orElseThrow(() -> new FlowFailure(FlowCode.BUILD, "the description is no longer there"));
    }

    /** With stars for keys. */
    JsonNode shown(String hash) {
        return secrets.hidden(definition(hash));
    }

    /** With keys in the clear, for those who own it. */
    JsonNode opened(String hash) {
        return secrets.opened(definition(hash));
    }

    String sealed(JsonNode data, Flow flow) {
        check(data);
        return text(secrets.sealed(data, draft(flow)));
    }

    // ---- versions

    boolean isPublished(Flow flow) {
        return (flow.releaseStatus() & PUBLISHED) != 0;
    }

    Optional<FlowStore.Version> newest(Flow flow) {
        return store.versions(flow.id()).stream().findFirst();
    }

    /** What a call of {@code version} runs; empty: the newest that is published. */
    FlowStore.Version version(Flow flow, String version) {
        if (!isPublished(flow)) {
            throw new FlowFailure(FlowCode.NOT_PUBLISHED, flow.id());
        }
        return version.isEmpty()
                ? newest(flow).orElseThrow(() -> new FlowFailure(FlowCode.NOT_PUBLISHED, flow.id()))
                : store.version(flow.id(), version)
                        .orElseThrow(() -> new FlowFailure(FlowCode.VERSION_UNKNOWN, version));
    }

    /** What a call of another workflow by one of {@code caller}'s means now. */
    Plans.VersionFinder versions(Party caller) {
        return (flowId, version) -> version(callable(caller, flowId), version).hash();
    }

    /** The next version's name after those that there are. */
    String next(Flow flow) {
        var newest = newest(flow).map(one -> VersionNumber.of(one.version()));
        return newest.map(number -> "v" + Math.max(0, number.major()) + "." + (number.minor() + 1))
                .orElse("v1.0");
    }

    /** Makes the draft, or {@code data}, a version that never changes. */
    void publish(Flow flow, String version, @Nullable JsonNode data, int releaseStatus) {
        if (!VersionNumber.isOne(version)) {
            throw new FlowFailure(FlowCode.PUBLISH, "a version reads v1.3, not " + version);
        }
        var text = text(data == null ? draft(flow) : secrets.sealed(data, draft(flow)));
        Plan.of(secrets.opened(parsed(text))).orFail(FlowCode.DSL);
        store.publish(flow, version, text, releaseStatus);
    }

    /** Puts what a version has into the draft. */
    void rollback(Flow flow, String version) {
        var there =
                store.version(flow.id(), version).orElseThrow(() -> new FlowFailure(FlowCode.VERSION_UNKNOWN, version));
        store.update(flow, text(definition(there.hash())));
    }

    private String text(JsonNode json) {
        return json.toString();
    }

    private JsonNode parsed(String text) {
        try {
            return mapper.readTree(text);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IllegalStateException("a stored description that is no JSON", e);
        }
    }

    /** For pages and API: without the description. */
    ObjectNode summary(Flow flow) {
        var json = mapper.createObjectNode()
                .put("id", flow.id())
                .put("name", flow.name())
                .put("description", flow.description())
                .put("app_id", flow.appId())
                .put("status", flow.status())
                .put("published", isPublished(flow))
                .put("version", newest(flow).map(FlowStore.Version::version).orElse(""))
                .put("created_at", flow.createdAt())
                .put("updated_at", flow.updatedAt());
        return json;
    }

    static Set<Integer> platforms() {
        return Set.of(0, 1, 2, 3, 4);
    }
}
