package carafe.platform.config;

import static carafe.platform.config.Setting.Category.FLOWS;

import carafe.platform.config.Setting.Kind;
import java.util.List;

/** The settings of workflows, under the names of the service that they stand in for where it has one. */
final class FlowCatalogue {
    static final Setting SERVICE_PORT = Setting.of(
            "SERVICE_PORT",
            Kind.NUMBER,
            "",
            FLOWS,
            "7880",
            "Port of its own for the workflow API; unset: on `PORT` only. Alone (`carafe.jar workflow`) 7880 if unset.");
    static final Setting SERVICE_SUB =
            Setting.of("SERVICE_SUB", Kind.TEXT, "spf", FLOWS, "spf", "First part of the ids of workflow requests.");
    static final Setting SERVICE_LOCATION = Setting.of(
            "SERVICE_LOCATION", Kind.TEXT, "hf", FLOWS, "hf", "Place that the ids of workflow requests name.");
    static final Setting SERVICE_NAME =
            Setting.of("SERVICE_NAME", Kind.TEXT, "WorkFlow", FLOWS, "WorkFlow", "Name of the service in traces.");
    static final Setting WORKERS = Setting.of(
            "WORKERS", Kind.NUMBER, "0", FLOWS, "4", "Accepted and not needed: one process serves all requests.");
    static final Setting RELOAD = Setting.of("RELOAD", Kind.TEXT, "", FLOWS, "False", "Accepted and not needed.");
    static final Setting SHUTDOWN_INTERVAL = Setting.of(
            "SHUTDOWN_INTERVAL",
            Kind.TEXT,
            "",
            FLOWS,
            "2",
            "Accepted and not needed: a stop notices the end of the last run at once.");
    static final Setting APP_KEY = Setting.of(
                    "APP_MANAGE_PLAT_KEY",
                    Kind.TEXT,
                    "",
                    FLOWS,
                    "a long random text",
                    "Key of the app `carafe`, which may do everything with workflows; unset: a random one.")
            .hidden();
    static final Setting APP_SECRET = Setting.of(
                    "APP_MANAGE_PLAT_SECRET",
                    Kind.TEXT,
                    "",
                    FLOWS,
                    "a long random text",
                    "Its secret; calls send `Authorization: Bearer key:secret`.")
            .hidden();
    static final Setting PLUGIN_GET = Setting.of(
            "PLUGIN_GET_URL",
            Kind.TEXT,
            "",
            FLOWS,
            "http://link:18888/api/v1/tools/versions",
            "Where a tool service tells what its tools take.");
    static final Setting PLUGIN_RUN = Setting.of(
            "PLUGIN_RUN_URL",
            Kind.TEXT,
            "",
            FLOWS,
            "http://link:18888/api/v1/tools/http_run",
            "Where a tool service runs its tools.");
    static final Setting KNOWLEDGE = Setting.of(
            "KNOWLEDGE_URL",
            Kind.TEXT,
            "",
            FLOWS,
            "http://knowledge:20010/knowledge/v1/chunk/query",
            "Where a knowledge service is searched.");
    static final Setting PLUGIN_BASE = Setting.of(
            "PLUGIN_BASE_URL",
            Kind.TEXT,
            "",
            FLOWS,
            "http://link:18888",
            "A tool service with its usual paths, where `PLUGIN_GET_URL` and `PLUGIN_RUN_URL` are unset.");
    static final Setting KNOWLEDGE_BASE = Setting.of(
            "KNOWLEDGE_BASE_URL",
            Kind.TEXT,
            "",
            FLOWS,
            "http://knowledge:20010",
            "A knowledge service with its usual path, where `KNOWLEDGE_URL` is unset.");
    static final Setting ALLOWED_HOSTS = Setting.of(
            "WORKFLOW_ALLOWED_HOSTS",
            Kind.LIST,
            "",
            FLOWS,
            "10.0.0.0/8,*.corp.example",
            "Hosts and networks beside public ones that HTTP and model nodes may call; `*` for all.");
    static final Setting FILE_BYTES = Setting.of(
            "FILE_SIZE_LIMIT",
            Kind.NUMBER,
            "20971520",
            FLOWS,
            "52428800",
            "Bytes that one file uploaded for a workflow, or given to it by its address, may have.");
    static final Setting FILE_TYPES = Setting.of(
                    "ALLOWED_FILE_TYPE",
                    Kind.LIST,
                    "",
                    FLOWS,
                    "pdf,png,txt",
                    "Endings of files that workflows take, or a JSON object of lists of them by kind; unset: all.")
            .alias("SUPPORT_FILE_TYPE");
    static final Setting FILE_SECONDS = Setting.of(
            "OSS_TTL",
            Kind.NUMBER,
            "604800",
            FLOWS,
            "157788000",
            "Seconds that files uploaded for workflows are kept and can be read by their addresses.");
    static final Setting RUN_DAYS =
            Setting.of("WORKFLOW_RUN_DAYS", Kind.NUMBER, "30", FLOWS, "7", "Days that workflow runs are kept.");
    static final Setting RUNS_KEPT = Setting.of(
            "WORKFLOW_RUNS_KEPT", Kind.NUMBER, "10000", FLOWS, "500", "Runs of one workflow that are kept at most.");
    static final Setting CODE_SECONDS = Setting.of(
            "CODE_EXEC_TIMEOUT_SEC",
            Kind.NUMBER,
            "10",
            FLOWS,
            "30",
            "Seconds that code tried by `/code/run` may take; nodes have limits of their own.");

    static final Setting AGENT_BASE = Setting.of(
            "A2A_PUBLIC_BASE_URL",
            Kind.TEXT,
            "",
            FLOWS,
            "https://carafe.example",
            "This server's address for other agents, in the card at `/.well-known/agent-card.json`.");
    static final Setting AGENT_NAME =
            Setting.of("A2A_AGENT_NAME", Kind.TEXT, "Carafe", FLOWS, "Tea room", "Name in the card for other agents.");
    static final Setting AGENT_VERSION = Setting.of(
            "A2A_AGENT_VERSION", Kind.TEXT, "0.1.0", FLOWS, "1.4.0", "Version in the card for other agents.");

    static final Setting OTLP_ENABLE = Setting.of(
            "OTLP_ENABLE", Kind.SWITCH, "false", FLOWS, "1", "Send a trace of each workflow run to `OTLP_ENDPOINT`.");
    static final Setting OTLP_ENDPOINT = Setting.of(
                    "OTLP_ENDPOINT",
                    Kind.TEXT,
                    "http://127.0.0.1:4318",
                    FLOWS,
                    "http://collector:4318",
                    "Collector of traces, by OTLP over HTTP with JSON; `/v1/traces` is added.")
            .alias("OTEL_EXPORTER_OTLP_ENDPOINT");
    static final Setting OTLP_HEADERS = Setting.of(
                    "OTLP_HEADERS",
                    Kind.TEXT,
                    "",
                    FLOWS,
                    "authorization=Basic abc,x-scope=carafe",
                    "Headers of requests to the collector: `name=value`, with commas between.")
            .alias("OTEL_EXPORTER_OTLP_HEADERS")
            .hidden();
    static final Setting OTLP_TRACE_NAME = Setting.of(
            "OTLP_TRACE_NAME",
            Kind.TEXT,
            "spark_flow_trace",
            FLOWS,
            "workflows",
            "Name of the tracer in those traces.");

    static final List<Setting> ALL = List.of(
            SERVICE_PORT,
            SERVICE_SUB,
            SERVICE_LOCATION,
            SERVICE_NAME,
            WORKERS,
            RELOAD,
            SHUTDOWN_INTERVAL,
            APP_KEY,
            APP_SECRET,
            PLUGIN_GET,
            PLUGIN_RUN,
            PLUGIN_BASE,
            KNOWLEDGE,
            KNOWLEDGE_BASE,
            ALLOWED_HOSTS,
            FILE_BYTES,
            FILE_TYPES,
            FILE_SECONDS,
            RUN_DAYS,
            RUNS_KEPT,
            CODE_SECONDS,
            AGENT_BASE,
            AGENT_NAME,
            AGENT_VERSION,
            OTLP_ENABLE,
            OTLP_ENDPOINT,
            OTLP_HEADERS,
            OTLP_TRACE_NAME);

    private FlowCatalogue() {}
}
