package carafe;

import carafe.engine.llm.local.ModelCommand;
import carafe.engine.llm.local.host.ModelHost;
import carafe.platform.config.Config;
import carafe.platform.config.ConfigException;
import carafe.platform.db.Db;
import carafe.platform.ops.Logs;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;

/** The command line: {@code java -jar carafe.jar [serve | model …]}; without words it serves. */
public final class Main {
    private Main() {}

    public static void main(String[] args) throws Exception {
        // one carrier more than cores, so that a handler that computes does not hold up all others; each further one
        // costs every call (platform/db/RATIONALE.md), and native calls have threads of their own
        int carriers = Runtime.getRuntime().availableProcessors() + 1;
        System.getProperties().putIfAbsent("jdk.virtualThreadScheduler.parallelism", Integer.toString(carriers));
        switch (args.length == 0 ? "serve" : args[0]) {
            case "serve" -> serve();
            case "model" ->
                System.exit(ModelCommand.run(Arrays.copyOfRange(args, 1, args.length), System.out, System.err));
            case "model-host" -> ModelHost.main(Arrays.copyOfRange(args, 1, args.length));
            default -> {
                System.err.println(
                        "Usage: java -jar carafe.jar [serve | model add SOURCE | model list | model remove ID]");
                System.exit(2);
            }
        }
    }

    private static void serve() throws Exception {
        try {
            var config = Config.from(System.getenv(), Path.of(".env"));
            if (!config.data().database().isSet()) {
                Db.loadSqliteEarly();
            }
            var logs = Logs.open(new Logs.Settings(
                    config.logs().level(),
                    config.logs().json(),
                    config.logs().environment(),
                    config.data().folder()));
            var app = new App(config, Clock.systemUTC());
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(
                            () -> {
                                app.close();
                                logs.close();
                            },
                            "shutdown"));
            app.start();
        } catch (ConfigException | IllegalStateException e) {
            System.err.println("Carafe cannot start.");
            String.valueOf(e.getMessage()).lines().forEach(line -> System.err.println("  " + line));
            System.exit(2);
        }
    }
}
