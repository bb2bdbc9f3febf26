package carafe.feature.proxy;

import carafe.platform.config.ProxyCatalogue;
import carafe.platform.config.Setting;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A setting as the panel's interface names it.
 *
 * @param key its name there
 * @param setting the variable behind it; null for the custom headers, which have a file of their own
 * @param type string, number, boolean or json
 * @param editable whether panels offer to change it
 * @param secret whether strangers must not see it
 * @param category where panels show it
 */
record ConfigKey(
        String key, @Nullable Setting setting, String type, boolean editable, boolean secret, String category) {
    static final String HEADERS = "custom_headers";
    static final String PORT = "port";

    private static final String BASIC = "basic";
    private static final String CORE = "proxy core";
    private static final String SECURITY = "management & security";

    /** Those that every panel knows, in their order. */
    static final List<ConfigKey> KNOWN = List.of(
            new ConfigKey("target_base_url", ProxyCatalogue.API_BASE_URL, "string", true, false, CORE),
            new ConfigKey("preserve_host", ProxyCatalogue.PRESERVE_HOST, "boolean", false, false, CORE),
            new ConfigKey(
                    "system_prompt_replacement", ProxyCatalogue.SYSTEM_PROMPT_REPLACEMENT, "string", true, false, CORE),
            new ConfigKey(
                    "system_prompt_block_insert_if_not_exist",
                    ProxyCatalogue.PROMPT_INSERT,
                    "boolean",
                    true,
                    false,
                    CORE),
            new ConfigKey("debug_mode", ProxyCatalogue.DEBUG_MODE, "boolean", true, false, BASIC),
            new ConfigKey(PORT, ProxyCatalogue.PROXY_PORT, "number", true, false, BASIC),
            new ConfigKey("enable_dashboard", ProxyCatalogue.ENABLE_DASHBOARD, "boolean", false, false, SECURITY),
            new ConfigKey("dashboard_api_key", ProxyCatalogue.DASHBOARD_KEY, "string", true, true, SECURITY),
            new ConfigKey(HEADERS, null, "json", true, true, CORE));

    /** Those that came later. */
    static final List<ConfigKey> LATER = List.of(
            new ConfigKey("timeout", ProxyCatalogue.PROXY_TIMEOUT, "string", true, false, CORE),
            new ConfigKey("http_proxy", ProxyCatalogue.HTTP_PROXY, "string", true, true, CORE),
            new ConfigKey("https_proxy", ProxyCatalogue.HTTPS_PROXY, "string", true, true, CORE),
            new ConfigKey("log_persistence_enabled", ProxyCatalogue.PROXY_LOG, "boolean", true, false, BASIC),
            new ConfigKey("log_retention_days", ProxyCatalogue.PROXY_LOG_DAYS, "number", true, false, BASIC),
            new ConfigKey("log_daily_limit", ProxyCatalogue.PROXY_LOG_LIMIT, "number", true, false, BASIC),
            new ConfigKey("dashboard_open_stats", ProxyCatalogue.DASHBOARD_OPEN, "boolean", true, false, SECURITY));

    /** The variable behind the key of this name, if it is one that every panel knows. */
    static Optional<Setting> setting(String name) {
        return KNOWN.stream()
                .filter(known -> known.key().equals(name))
                .findFirst()
                .map(ConfigKey::setting);
    }

    /** Its entry with {@code value}. */
    ObjectNode entry(JsonNode value) {
        var entry = JsonNodeFactory.instance.objectNode().put("key", key);
        entry.set("value", value);
        var metadata = entry.putObject("metadata")
                .put("value_type", type)
                .put("editable", editable)
                .put("requires_restart", false)
                .put("description", setting == null ? "Headers that are set in every request." : setting.description())
                .put("category", category);
        if (setting == null) {
            metadata.putObject("example").put("Authorization", "Bearer token");
        } else {
            metadata.set("example", typed(setting.example()));
        }
        return entry;
    }

    /** What holds when nothing is set. */
    JsonNode fallback() {
        if (setting == null) {
            return JsonNodeFactory.instance.objectNode();
        }
        return this.setting.equals(ProxyCatalogue.SYSTEM_PROMPT_REPLACEMENT)
                ? NullNode.getInstance()
                : typed(key.equals(PORT) ? "8088" : setting.fallback());
    }

    private JsonNode typed(String text) {
        return switch (type) {
            case "boolean" -> BooleanNode.valueOf(Boolean.parseBoolean(text));
            case "number" -> IntNode.valueOf(Integer.parseInt(text));
            default -> TextNode.valueOf(text);
        };
    }

    /** What stands in for its value where strangers may look. */
    JsonNode blank() {
        return type.equals("json") ? JsonNodeFactory.instance.objectNode() : TextNode.valueOf("");
    }
}
