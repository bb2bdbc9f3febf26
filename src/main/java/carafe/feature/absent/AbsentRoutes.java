package carafe.feature.absent;

import carafe.platform.http.Access;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What Open WebUI's front end asks for at its start and on its pages and Carafe has not got, answered with the empty
 * value of the right type, so that its pages stay whole. Everything else of those features is the server's ordinary
 * JSON 404. Source: the endpoint tables and recorded pages of its version 0.12.4.
 */
public final class AbsentRoutes {
    /** An endpoint: {@code answer} is JSON. */
    record Absent(Access access, String path, String answer) {
        static Absent of(String line) {
            var parts = line.split(" ", 3);
            return new Absent(Access.valueOf(parts[0]), parts[1], parts[2]);
        }
    }

    private static final String PAGE = "{\"items\":[],\"total\":0}";

    /** Who may ask, where, and what comes back; all of them are GET. */
    static final List<Absent> TABLE = """
            USER /api/v1/tools/ []
            USER /api/v1/tools/list []
            USER /api/v1/tools/export []
            USER /api/v1/functions/ []
            ADMIN /api/v1/functions/list []
            ADMIN /api/v1/functions/export []
            USER /api/v1/skills/ []
            USER /api/v1/skills/list PAGE
            USER /api/v1/notes/ []
            USER /api/v1/notes/list []
            USER /api/v1/notes/pinned []
            USER /api/v1/notes/search PAGE
            USER /api/v1/channels/ []
            USER /api/v1/channels/list []
            USER /api/v1/memories/ []
            USER /api/v1/knowledge/ PAGE
            USER /api/v1/knowledge/list PAGE
            USER /api/v1/knowledge/search PAGE
            USER /api/v1/knowledge/search/files {"items":[],"directories":[],"breadcrumbs":[],"total":0}
            ADMIN /api/v1/knowledge/external/connections PAGE
            USER /api/v1/terminals/ []
            USER /api/v1/calendars/ []
            USER /api/v1/calendars/events []
            USER /api/v1/calendars/events/search PAGE
            USER /api/v1/automations/list PAGE
            USER /api/v1/apps []
            USER /api/v1/notifications/events {"events":[]}
            USER /api/v1/notifications/targets []
            ADMIN /api/v1/analytics/models {"models":[]}
            ADMIN /api/v1/analytics/users {"users":[]}
            ADMIN /api/v1/analytics/messages []
            ADMIN /api/v1/analytics/summary {"total_messages":0,"total_chats":0,"total_models":0,"total_users":0}
            ADMIN /api/v1/analytics/daily {"data":[]}
            ADMIN /api/v1/analytics/tokens {"models":[],"total_input_tokens":0,"total_output_tokens":0,"total_tokens":0}
            ADMIN /api/v1/audio/config AUDIO
            USER /api/v1/audio/models {"models":[]}
            USER /api/v1/audio/voices {"voices":[]}
            ADMIN /api/v1/images/config {"ENABLE_IMAGE_GENERATION":false,"ENABLE_IMAGE_PROMPT_GENERATION":false,"ENABLE_IMAGE_EDIT":false,"IMAGE_GENERATION_ENGINE":"","IMAGE_GENERATION_MODEL":"","IMAGE_SIZE":"","IMAGE_STEPS":0,"IMAGE_EDIT_ENGINE":"","IMAGE_EDIT_MODEL":"","IMAGE_EDIT_SIZE":"","COMFYUI_WORKFLOW":"","COMFYUI_WORKFLOW_NODES":[],"IMAGES_EDIT_COMFYUI_WORKFLOW":"","IMAGES_EDIT_COMFYUI_WORKFLOW_NODES":[],"AUTOMATIC1111_PARAMS":{},"IMAGES_OPENAI_API_PARAMS":{}}
            USER /api/v1/images/models []
            ADMIN /api/v1/retrieval/embedding {"status":true,"RAG_EMBEDDING_ENGINE":"","RAG_EMBEDDING_MODEL":"","RAG_EMBEDDING_BATCH_SIZE":1,"ENABLE_ASYNC_EMBEDDING":false,"RAG_EMBEDDING_CONCURRENT_REQUESTS":0,"openai_config":{"url":"","key":""},"ollama_config":{"url":"","key":""},"azure_openai_config":{"url":"","key":"","version":""}}
            ADMIN /api/v1/pipelines/list {"data":[]}
            ADMIN /api/v1/pipelines/ {"data":[]}
            ADMIN /api/v1/configs/connections {"ENABLE_DIRECT_CONNECTIONS":false,"ENABLE_DIRECT_INTEGRATIONS":false,"ENABLE_BASE_MODELS_CACHE":true}
            ADMIN /api/v1/configs/tool_servers {"TOOL_SERVER_CONNECTIONS":[]}
            ADMIN /api/v1/configs/terminal_servers {"TERMINAL_SERVER_CONNECTIONS":[]}
            ADMIN /api/v1/configs/code_execution CODE
            ADMIN /api/v1/configs/subagents {"ENABLE_SUBAGENTS":false,"SUBAGENTS_BACKGROUND_ENABLED":false,"SUBAGENTS_MAX_CONCURRENT":1,"SUBAGENTS_MAX_ASYNC":1,"SUBAGENTS_MAX_ITERATIONS":1,"SUBAGENTS_MAX_OUTPUT":0,"SUBAGENTS_SYSTEM_PROMPT":""}
            ADMIN /api/v1/auths/admin/config/ldap {"ENABLE_LDAP":false}
            ADMIN /api/v1/auths/admin/config/ldap/server {"label":"","host":"","port":null,"attribute_for_mail":"mail","attribute_for_username":"uid","app_dn":"","app_dn_password":"","search_base":"","search_filters":"","use_tls":true,"certificate_path":null,"validate_cert":true,"ciphers":"ALL","enable_group_management":false,"enable_group_creation":false,"attribute_for_groups":"memberOf"}
            ADMIN /api/v1/auths/admin/config/oauth {"ENABLE_OAUTH":false,"ENABLE_OAUTH_PERSISTENT_CONFIG":false}
            ANY_SESSION /api/v1/auths/mfa/status {"enabled":false,"required":false,"recovery_codes_remaining":0}
            ADMIN /api/events {"schema":{},"events":[]}
            ADMIN /api/events/webhooks []
            USER /api/v1/users/user/variables {"variables":{}}
            """.lines()
            .map(line -> line.replace(" PAGE", " " + PAGE))
            .map(line -> line.replace(" AUDIO", " " + audio()))
            .map(line -> line.replace(" CODE", " " + code()))
            .map(Absent::of)
            .toList();

    public void register(Routes routes) {
        for (var absent : TABLE) {
            var answer = absent.answer().getBytes(StandardCharsets.UTF_8);
            routes.get(
                    absent.path(),
                    Rule.of(Surface.WEBUI, absent.access()),
                    ctx -> ctx.contentType("application/json").result(answer));
        }
    }

    /** Empty engines mean the browser's own. */
    private static String audio() {
        return "{\"realtime\":{\"ENABLED\":false},\"tts\":{\"ENGINE\":\"\",\"MODEL\":\"\",\"VOICE\":\"\",\"API_KEY\":\"\","
                + "\"SPLIT_ON\":\"punctuation\",\"OPENAI_API_BASE_URL\":\"\",\"OPENAI_API_KEY\":\"\",\"OPENAI_PARAMS\":{}},"
                + "\"stt\":{\"ENGINE\":\"web\",\"MODEL\":\"\",\"OPENAI_API_BASE_URL\":\"\",\"OPENAI_API_KEY\":\"\","
                + "\"SUPPORTED_CONTENT_TYPES\":[],\"ALLOWED_EXTENSIONS\":[],\"WHISPER_MODEL\":\"\"}}";
    }

    private static String code() {
        return "{\"ENABLE_CODE_EXECUTION\":false,\"CODE_EXECUTION_ENGINE\":\"\",\"CODE_EXECUTION_JUPYTER_URL\":\"\","
                + "\"CODE_EXECUTION_JUPYTER_AUTH\":\"\",\"CODE_EXECUTION_JUPYTER_AUTH_TOKEN\":\"\","
                + "\"CODE_EXECUTION_JUPYTER_AUTH_PASSWORD\":\"\",\"CODE_EXECUTION_JUPYTER_TIMEOUT\":60,"
                + "\"ENABLE_CODE_INTERPRETER\":false,\"CODE_INTERPRETER_ENGINE\":\"\","
                + "\"CODE_INTERPRETER_PROMPT_TEMPLATE\":\"\",\"CODE_INTERPRETER_JUPYTER_URL\":\"\","
                + "\"CODE_INTERPRETER_JUPYTER_AUTH\":\"\",\"CODE_INTERPRETER_JUPYTER_AUTH_TOKEN\":\"\","
                + "\"CODE_INTERPRETER_JUPYTER_AUTH_PASSWORD\":\"\",\"CODE_INTERPRETER_JUPYTER_TIMEOUT\":60}";
    }
}
