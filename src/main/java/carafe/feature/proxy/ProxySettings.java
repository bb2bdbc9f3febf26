package carafe.feature.proxy;

import static carafe.platform.config.ProxyCatalogue.API_BASE_URL;
import static carafe.platform.config.ProxyCatalogue.DASHBOARD_KEY;
import static carafe.platform.config.ProxyCatalogue.DASHBOARD_OPEN;
import static carafe.platform.config.ProxyCatalogue.DEBUG_MODE;
import static carafe.platform.config.ProxyCatalogue.ENABLE_DASHBOARD;
import static carafe.platform.config.ProxyCatalogue.HTTPS_PROXY;
import static carafe.platform.config.ProxyCatalogue.HTTP_PROXY;
import static carafe.platform.config.ProxyCatalogue.PRESERVE_HOST;
import static carafe.platform.config.ProxyCatalogue.PROMPT_INSERT;
import static carafe.platform.config.ProxyCatalogue.PROXY_LOG;
import static carafe.platform.config.ProxyCatalogue.PROXY_LOG_DAYS;
import static carafe.platform.config.ProxyCatalogue.PROXY_LOG_FOLDER;
import static carafe.platform.config.ProxyCatalogue.PROXY_LOG_LIMIT;
import static carafe.platform.config.ProxyCatalogue.PROXY_TIMEOUT;
import static carafe.platform.config.ProxyCatalogue.SUPERVISED;
import static carafe.platform.config.ProxyCatalogue.SYSTEM_PROMPT_REPLACEMENT;

import carafe.platform.config.Durations;
import carafe.platform.config.Secret;
import carafe.platform.config.Setting;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The settings at one moment. A request keeps those that held when it came.
 *
 * @param upstreams in the order they are tried; none when what is set is no address
 * @param replacement null: prompts stay as they are; empty is a replacement, too
 * @param headers set in every request that is passed on
 * @param mistakes of values that could not be used, and were replaced by defaults
 */
record ProxySettings(
        List<BaseUrl> upstreams,
        boolean preserveHost,
        @Nullable String replacement,
        boolean insert,
        @Nullable BaseUrl httpProxy,
        @Nullable BaseUrl httpsProxy,
        Duration silence,
        boolean debug,
        boolean dashboard,
        Secret key,
        boolean openStats,
        boolean supervised,
        boolean keepsLog,
        Path logFolder,
        int logDays,
        int logLimit,
        Map<String, String> headers,
        List<String> mistakes) {
    ProxySettings {
        upstreams = List.copyOf(upstreams);
        headers = Map.copyOf(headers);
        mistakes = List.copyOf(mistakes);
    }

    /** @param values of variables, by name */
    static ProxySettings of(Map<String, String> values, Map<String, String> headers) {
        return new Reader(values).read(headers);
    }

    /** Reads one set of values; whatever is wrong gets its default and a word about it. */
    private static final class Reader {
        private final Map<String, String> values;
        private final List<String> mistakes = new ArrayList<>();

        Reader(Map<String, String> values) {
            this.values = values;
        }

        ProxySettings read(Map<String, String> headers) {
            return new ProxySettings(
                    urls(),
                    isOn(PRESERVE_HOST),
                    given(SYSTEM_PROMPT_REPLACEMENT),
                    isOn(PROMPT_INSERT),
                    proxy(HTTP_PROXY),
                    proxy(HTTPS_PROXY),
                    duration(PROXY_TIMEOUT),
                    isOn(DEBUG_MODE),
                    isOn(ENABLE_DASHBOARD),
                    new Secret(text(DASHBOARD_KEY)),
                    isOn(DASHBOARD_OPEN),
                    isOn(SUPERVISED),
                    isOn(PROXY_LOG),
                    Path.of(text(PROXY_LOG_FOLDER)),
                    number(PROXY_LOG_DAYS, 1),
                    number(PROXY_LOG_LIMIT, 0),
                    headers,
                    mistakes);
        }

        private @Nullable String given(Setting setting) {
            for (var name : setting.names()) {
                var value = values.get(name);
                if (value != null) {
                    return value;
                }
            }
            return null;
        }

        private String text(Setting setting) {
            var value = given(setting);
            return value == null || value.isBlank() ? setting.fallback() : value.strip();
        }

        private boolean isOn(Setting setting) {
            return switch (text(setting).toLowerCase(Locale.ROOT)) {
                case "true", "1", "yes", "on" -> true;
                default -> false;
            };
        }

        private int number(Setting setting, int least) {
            try {
                int number = Integer.parseInt(text(setting));
                if (number >= least) {
                    return number;
                }
            } catch (NumberFormatException e) {
                // told below
            }
            mistakes.add(setting.name() + " is not a whole number of at least " + least);
            return Integer.parseInt(setting.fallback());
        }

        private Duration duration(Setting setting) {
            try {
                var duration = Durations.parse(text(setting));
                if (duration.isPositive()) {
                    return duration;
                }
            } catch (IllegalArgumentException e) {
                // told below
            }
            mistakes.add(setting.name() + " is not a duration such as 90s or 5m");
            return Durations.parse(setting.fallback());
        }

        private List<BaseUrl> urls() {
            var urls = new ArrayList<BaseUrl>();
            for (var part : Arrays.asList(text(API_BASE_URL).split("[;,\\s]+"))) {
                if (!part.isEmpty()) {
                    try {
                        urls.add(BaseUrl.parse(part));
                    } catch (IllegalArgumentException e) {
                        mistakes.add(API_BASE_URL.name() + ": " + e.getMessage());
                    }
                }
            }
            return urls; // none rather than the default: a slip of the pen must not send keys to strangers
        }

        private @Nullable BaseUrl proxy(Setting setting) {
            var text = text(setting);
            if (text.isEmpty()) {
                return null;
            }
            try {
                return BaseUrl.parseProxy(text);
            } catch (IllegalArgumentException e) {
                mistakes.add(setting.name() + " is not an address of a proxy");
                return null;
            }
        }
    }
}
