package carafe;

import carafe.engine.llm.local.ModelCommand;
import carafe.engine.llm.local.host.ModelHost;
import carafe.feature.courses.CourseCommand;
import carafe.platform.config.Config;
import carafe.platform.config.ConfigException;
import carafe.platform.db.Db;
import carafe.platform.ops.Logs;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.Map;
import java.util.function.BiFunction;

/** The command line: {@code java -jar carafe.jar [serve | proxy | workflow | init-db | model … | course …]}; without words it serves. */
public final class Main {
    /** The status of a process that ends to be started again: that of SIGTERM, which no watcher takes for a wish to rest. */
    static final int ENDED = 143;

    private static final String USAGE = """
            Usage: java -jar carafe.jar [serve]              the whole server
                   java -jar carafe.jar proxy                the transparent proxy alone
                   java -jar carafe.jar workflow             the workflow engine alone
                   java -jar carafe.jar init-db              makes the tables or brings them up to date
                   java -jar carafe.jar model add SOURCE | list | remove ID
                   java -jar carafe.jar course check [--no-run] DIR… | import-exercism FROM TO
            What can be set is in the README's table of environment variables.""";

    private Main() {}

    public static void main(String[] args) throws Exception {
        // one carrier more than cores, so that a handler that computes does not hold up all others; each further one
        // costs every call (platform/db/RATIONALE.md), and native calls have threads of their own
        int carriers = Runtime.getRuntime().availableProcessors() + 1;
        System.getProperties().putIfAbsent("jdk.virtualThreadScheduler.parallelism", Integer.toString(carriers));
        // English names of months and days, all that is ever shown, without the lists of every language's
        System.getProperties().putIfAbsent("java.locale.providers", "FALLBACK");
        switch (args.length == 0 ? "serve" : args[0]) {
            case "serve" -> serve();
            case "proxy" -> proxy();
            case "init-db" -> System.exit(initDb());
            case "workflow" -> workflow();
            case "model" ->
                System.exit(ModelCommand.run(Arrays.copyOfRange(args, 1, args.length), System.out, System.err));
            case "course" ->
                System.exit(CourseCommand.run(
                        Arrays.copyOfRange(args, 1, args.length), System.getenv(), System.out, System.err));
            case "model-host" -> ModelHost.main(Arrays.copyOfRange(args, 1, args.length));
            case "--help", "-h", "help" -> System.out.println(USAGE);
            default -> {
                System.err.println(USAGE);
                System.exit(2);
            }
        }
    }

    private interface Step {
        void run() throws Exception;
    }

    /** Something that serves until it is closed. */
    private record Program(Step start, AutoCloseable end) {}

    private interface Maker {
        Program make(Config config) throws Exception;
    }

    private static void serve() throws Exception {
        run(config -> {
            var app = new App(config, Clock.systemUTC());
            return new Program(app::start, app);
        });
    }

    private static void workflow() throws Exception {
        run(config -> {
            var app = new App(config.forFlowsAlone(), Clock.systemUTC());
            return new Program(app::start, app);
        });
    }

    private static void proxy() throws Exception {
        run(Config::forProxyAlone, config -> {
            var proxy = new ProxyAlone(config, Clock.systemUTC());
            return new Program(proxy::start, proxy);
        });
    }

    /** Makes the tables, or brings them up to date, and serves nothing; 1 when that failed. */
    private static int initDb() {
        try {
            var config = Config.from(System.getenv(), Path.of(".env"));
            App.makeTables(config, Clock.systemUTC());
            System.out.println("The tables are up to date.");
            return 0;
        } catch (Exception e) {
            System.err.println("The tables could not be made.");
            String.valueOf(e.getMessage()).lines().forEach(line -> System.err.println("  " + line));
            return 1;
        }
    }

    private static void run(Maker maker) throws Exception {
        run(Config::from, maker);
    }

    private static void run(BiFunction<Map<String, String>, Path, Config> reader, Maker maker) throws Exception {
        try {
            var config = reader.apply(System.getenv(), Path.of(".env"));
            if (!config.data().database().isSet()) {
                Db.loadSqliteEarly();
            }
            var logs = Logs.open(new Logs.Settings(
                    config.logs().level(),
                    config.logs().json(),
                    config.logs().environment(),
                    config.data().folder()));
            var program = maker.make(config);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(program.end(), logs), "shutdown"));
            program.start().run();
        } catch (ConfigException | IllegalStateException e) {
            System.err.println("Carafe cannot start.");
            String.valueOf(e.getMessage()).lines().forEach(line -> System.err.println("  " + line));
            System.exit(2);
        }
    }

    private static void stop(AutoCloseable program, Logs logs) {
        try (logs) {
            program.close();
        } catch (Exception e) {
            System.err.println("Carafe did not stop cleanly: " + e);
        }
    }
}
