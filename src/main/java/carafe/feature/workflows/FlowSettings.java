package carafe.feature.workflows;

import carafe.platform.config.AgentCard;
import carafe.platform.config.FileTypes;
import carafe.platform.config.Secret;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the operator decides about workflows.
 *
 * @param serviceSub and {@code serviceLocation}: parts of the ids of requests
 * @param port of the service, for those ids
 * @param appKey and {@code appSecret} of the app that is there from the start; unset: random
 * @param pluginGet where a tool's description is, {@code pluginRun} where its operations are run; empty: none
 * @param knowledge where passages are searched; empty: nowhere
 * @param reachable hosts and networks beside public ones that users' calls may go to
 * @param uploads the folder of uploaded files and large values
 * @param uploadBytes the most of one uploaded file
 * @param fileTypes which files may be uploaded, or given by their addresses
 * @param keepFiles how long uploaded files are kept and can be read
 * @param keepFor how long runs that are over are kept, and {@code keepRuns} how many of one workflow
 * @param codeLimit how long code may run that its node gives no limit
 * @param agent how other agents see the workflows
 * @param traces the collector of traces; empty: none. {@code traceHeaders} go with them, {@code tracer} and {@code serviceName} are named in them
 */
public record FlowSettings(
        String serviceSub,
        String serviceLocation,
        int port,
        Secret appKey,
        Secret appSecret,
        String pluginGet,
        String pluginRun,
        String knowledge,
        List<String> reachable,
        Path uploads,
        long uploadBytes,
        FileTypes fileTypes,
        Duration keepFiles,
        Duration keepFor,
        int keepRuns,
        Duration codeLimit,
        AgentCard agent,
        Optional<String> traces,
        Map<String, String> traceHeaders,
        String tracer,
        String serviceName) {
    public FlowSettings {
        reachable = List.copyOf(reachable);
        traceHeaders = Map.copyOf(traceHeaders);
    }
}
