package carafe.feature.proxy;

import carafe.platform.config.Durations;
import carafe.platform.config.ProxyCatalogue;
import carafe.platform.http.Fields;
import carafe.platform.http.Problem;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What somebody wants changed, checked before anything is written.
 *
 * @param fields the names of what changes
 * @param variables new values of variables; null takes one out
 * @param headers the new custom headers, all of them, or null
 * @param port the new port, or 0
 */
record ConfigChange(
        List<String> fields,
        Map<String, @Nullable String> variables,
        @Nullable ObjectNode headers,
        int port) {
    private static final int LONGEST = 100_000;

    /** @throws Problem.Unprocessable naming the field that cannot be so */
    static ConfigChange of(Fields body, String portVariable) {
        return new Reader(body, portVariable).read();
    }

    private static final class Reader {
        private final Fields body;
        private final String portVariable;
        private final List<String> fields = new ArrayList<>();
        private final Map<String, @Nullable String> variables = new LinkedHashMap<>();
        private int port;

        Reader(Fields body, String portVariable) {
            this.body = body;
            this.portVariable = portVariable;
        }

        ConfigChange read() {
            var headers = headers();
            for (var known : List.of(ConfigKey.KNOWN, ConfigKey.LATER)) {
                known.forEach(this::variable);
            }
            removals();
            return new ConfigChange(fields, variables, headers, port);
        }

        private void variable(ConfigKey key) {
            var setting = key.setting();
            if (setting == null) {
                return;
            }
            // this one goes by another name when it is written, as the panels in use know it
            var name = key.key().equals("enable_dashboard") ? "dashboard_enabled" : key.key();
            switch (key.type()) {
                case "boolean" ->
                    body.optionalBool(name).ifPresent(on -> set(name, setting.name(), Boolean.toString(on)));
                case "number" ->
                    body.optionalLong(name, least(key), most(key)).ifPresent(number -> {
                        if (key.key().equals(ConfigKey.PORT)) {
                            port = number.intValue();
                            set(name, portVariable, Long.toString(number));
                        } else {
                            set(name, setting.name(), Long.toString(number));
                        }
                    });
                default ->
                    body.optionalText(name, LONGEST)
                            .map(String::strip)
                            .ifPresent(text -> set(name, setting.name(), checked(key, text)));
            }
        }

        private static long least(ConfigKey key) {
            return Objects.equals(key.setting(), ProxyCatalogue.PROXY_LOG_LIMIT) ? 0 : 1;
        }

        private static long most(ConfigKey key) {
            return key.key().equals(ConfigKey.PORT) ? 65_535 : 100_000_000;
        }

        private void set(String field, String variable, String value) {
            fields.add(field);
            variables.put(variable, value);
        }

        private static String checked(ConfigKey key, String text) {
            if (text.indexOf('\0') >= 0) {
                throw wrong(key.key(), "text");
            }
            return switch (key.key()) {
                case "target_base_url" -> urls(text);
                case "http_proxy", "https_proxy" -> text.isEmpty() ? text : proxy(key.key(), text);
                case "timeout" -> duration(text);
                case "dashboard_api_key" -> key(text);
                default -> text;
            };
        }

        private static String urls(String text) {
            var urls = new ArrayList<String>();
            for (var part : text.split("[;,\\s]+", -1)) {
                try {
                    urls.add(BaseUrl.parse(part).text());
                } catch (IllegalArgumentException e) {
                    throw wrong("target_base_url", "an http or https address, or several with ';' between them");
                }
            }
            return String.join(";", urls);
        }

        /** A key that no request could bring would lock everybody out. */
        private static String key(String text) {
            if (text.length() > KeyGate.LONGEST || !text.chars().allMatch(c -> c >= ' ' && c <= '~')) {
                throw wrong("dashboard_api_key", "at most " + KeyGate.LONGEST + " visible characters of ASCII");
            }
            return text;
        }

        private static String proxy(String field, String text) {
            try {
                var _ = BaseUrl.parseProxy(text);
                return text;
            } catch (IllegalArgumentException e) {
                throw wrong(field, "the address of a proxy");
            }
        }

        private static String duration(String text) {
            try {
                if (Durations.parse(text).isPositive()) {
                    return text;
                }
            } catch (IllegalArgumentException e) {
                throw wrong("timeout", "a duration such as 90s or 5m");
            }
            throw wrong("timeout", "a duration such as 90s or 5m");
        }

        private @Nullable ObjectNode headers() {
            var given = body.optionalObject(ConfigKey.HEADERS);
            if (given.isEmpty()) {
                return null;
            }
            for (var header : given.get().node().properties()) {
                CustomHeaders.problem(header.getKey(), header.getValue()).ifPresent(problem -> {
                    throw new Problem.Unprocessable(
                            "'" + ConfigKey.HEADERS + "': " + problem + ".", ConfigKey.HEADERS + "." + header.getKey());
                });
            }
            fields.add(ConfigKey.HEADERS);
            return given.get().node();
        }

        /** {@code unset} lists keys whose variables go: the one way to a prompt that is not replaced. */
        private void removals() {
            body.optionalArray("unset")
                    .ifPresent(names -> names.forEach(name -> {
                        var setting = ConfigKey.setting(name.asText())
                                .orElseThrow(() -> wrong("unset", "a list of keys that have a variable"));
                        fields.add(name.asText());
                        setting.names().forEach(variable -> variables.put(variable, null));
                    }));
        }

        private static Problem wrong(String field, String expected) {
            return new Problem.Unprocessable(
                    "'" + field + "' must be " + expected + ".", field.toLowerCase(Locale.ROOT));
        }
    }
}
