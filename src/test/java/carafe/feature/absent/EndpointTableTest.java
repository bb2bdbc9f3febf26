package carafe.feature.absent;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.RouteCalls;
import carafe.TestApp;
import carafe.platform.http.Access;
import carafe.platform.http.Routes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The endpoints of Open WebUI in scope against the routes there are, and the table of them in ENDPOINTS.md. The test
 * named in a row did call it with success: what the other test classes call is written down while they run, so this one
 * runs after them. When the table is old, the new one lies in target/ENDPOINTS.md.
 */
class EndpointTableTest {
    private static final Path ROWS = Path.of("src/test/resources/openwebui/endpoints.txt");
    private static final Path TABLE = Path.of("src/main/java/carafe/feature/absent/ENDPOINTS.md");

    private record Row(String priority, boolean called, String method, String path, String who, String missing) {
        static Row of(String line) {
            var parts = line.split(" \\| ", 2);
            var words = parts[0].split(" ");
            return new Row(
                    words[0], words[1].equals("*"), words[2], words[3], words[4], parts.length > 1 ? parts[1] : "");
        }

        /** The same for all names of parameters, and with or without a slash at the end. */
        String key() {
            return EndpointTableTest.key(method, path);
        }
    }

    private static String key(String method, String path) {
        var plain = path.replaceAll("[{<][^}>]*[}>]", "{}");
        return method + " "
                + (plain.length() > 1 && plain.endsWith("/") ? plain.substring(0, plain.length() - 1) : plain);
    }

    private static List<Row> rows() throws IOException {
        return Files.readAllLines(ROWS).stream()
                .filter(line -> !line.startsWith("#"))
                .map(Row::of)
                .toList();
    }

    private static Access access(String who) {
        return switch (who) {
            case "public" -> Access.PUBLIC;
            case "any" -> Access.ANY;
            case "session" -> Access.ANY_SESSION;
            case "user" -> Access.USER;
            case "admin" -> Access.ADMIN;
            default -> throw new AssertionError(who);
        };
    }

    @Test
    void everyRowInScopeIsARouteWithItsRuleAndATest(@TempDir Path folder) throws IOException {
        List<Routes.Declared> declared;
        try (var app = TestApp.start(folder)) {
            declared = app.app().http().endpoints();
        }
        var routes = new HashMap<String, Routes.Declared>();
        declared.forEach(route -> routes.putIfAbsent(key(route.method(), route.path()), route));
        var tests = tests(declared);
        var named = named();
        var empty =
                AbsentRoutes.TABLE.stream().map(row -> key("GET", row.path())).toList();

        var faults = new ArrayList<String>();
        var table = new StringBuilder("""
                # Open WebUI's endpoints

                Those of its version 0.12.4 that its front end needs or that show as its main features, with the rule of the route
                and a test that calls it with success. `*`: the front end calls it. Made and checked by `EndpointTableTest`.

                | | Endpoint | Rule | Test |
                |---|---|---|---|
                """);
        for (var row : rows()) {
            var route = routes.get(row.key());
            if (!row.missing().isEmpty()) {
                if (route != null) {
                    faults.add(row.key() + " is there; take its reason away");
                }
            } else if (route == null) {
                faults.add(row.key() + " is missing");
            } else if (route.rule().access() != access(row.who())) {
                faults.add(row.key() + " is for " + route.rule().access() + ", not " + row.who());
            }
            var callers = tests.getOrDefault(row.key(), new TreeSet<>());
            var known = named.getOrDefault(row.key(), "");
            var test = callers.contains(known) || callers.isEmpty() ? known : callers.first();
            if (row.missing().isEmpty() && !callers.contains(known) && callers.isEmpty()) {
                faults.add(row.key() + " is called by no test");
                test = "";
            }
            table.append("| ").append(row.priority()).append(row.called() ? " *" : "");
            table.append(" | ")
                    .append(row.method())
                    .append(" `")
                    .append(row.path())
                    .append('`');
            if (row.missing().isEmpty()) {
                table.append(" | ").append(row.who());
                table.append(empty.contains(row.key()) ? ", empty" : "").append(" | ");
                table.append(test).append(" |\n");
            } else {
                table.append(" | – | not here: ").append(row.missing()).append(" |\n");
            }
        }
        Files.createDirectories(Path.of("target"));
        Files.writeString(Path.of("target", "ENDPOINTS.md"), table);
        assertThat(faults).isEmpty();
        assertThat(Files.readString(TABLE))
                .as("copy target/ENDPOINTS.md to " + TABLE)
                .isEqualTo(table.toString());
    }

    /** The test that the table names for each row. */
    private static Map<String, String> named() throws IOException {
        var named = new HashMap<String, String>();
        if (Files.exists(TABLE)) {
            var line = Pattern.compile("\\| \\S+(?: \\*)? \\| (\\w+) `([^`]+)` \\| [^|]+ \\| (\\w*) \\|");
            Files.readAllLines(TABLE).forEach(text -> {
                var found = line.matcher(text);
                if (found.matches()) {
                    named.put(key(found.group(1), found.group(2)), found.group(3));
                }
            });
        }
        return named;
    }

    /** Simple names of the test classes that called each route, but for the one that walks through all. */
    private static Map<String, TreeSet<String>> tests(List<Routes.Declared> declared) throws IOException {
        var tests = new TreeMap<String, TreeSet<String>>();
        if (!Files.isDirectory(RouteCalls.FOLDER)) {
            return tests;
        }
        try (var files = Files.list(RouteCalls.FOLDER)) {
            for (var file : files.toList()) {
                var name = file.getFileName().toString().replaceAll("\\.txt$", "");
                var test = name.substring(name.lastIndexOf('.') + 1);
                if (!test.equals("RouteAccessTest") && !test.equals("EndpointTableTest")) {
                    for (var line : Files.readAllLines(file)) {
                        route(declared, line)
                                .ifPresent(key -> tests.computeIfAbsent(key, k -> new TreeSet<>())
                                        .add(test));
                    }
                }
            }
        }
        return tests;
    }

    /** The route that answers a call: the first that fits, as in the router. */
    private static Optional<String> route(List<Routes.Declared> declared, String call) {
        var method = call.substring(0, call.indexOf(' '));
        var path = call.substring(method.length() + 1);
        return declared.stream()
                .filter(route -> route.method().equals(method) && fits(route.path(), path))
                .findFirst()
                .map(route -> key(method, route.path()));
    }

    private static boolean fits(String template, String path) {
        var pattern = new StringBuilder();
        for (var part : template.split("(?=[{<])|(?<=[}>])")) {
            pattern.append(part.startsWith("{") ? "[^/]+" : part.startsWith("<") ? ".+" : Pattern.quote(part));
        }
        return path.matches(pattern + (template.endsWith("/") ? "?" : "/?")) || path.equals(template);
    }
}
