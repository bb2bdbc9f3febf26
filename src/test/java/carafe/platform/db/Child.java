package carafe.platform.db;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A second process, for tests that kill it or want it refused. */
final class Child {
    private Child() {}

    static Process start(String... args) throws IOException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName()));
        command.addAll(List.of(args));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    public static void main(String[] args) throws Exception {
        if (args[0].equals("own")) {
            DataFolder.own(Path.of(args[1])).close();
        } else {
            var db = Db.open(DbConfig.of("sqlite:" + args[1]));
            Together.run(8, caller -> writeForever(db, caller));
        }
    }

    private static void writeForever(Db db, int caller) {
        for (int i = 0; ; i++) {
            var id = "w-" + caller + "-" + i;
            db.transaction(() -> {
                db.update("INSERT INTO item (id, text) VALUES (?, 'pair')", id);
                return db.update("INSERT INTO item (id, text) VALUES (?, 'pair')", "second of " + id);
            });
            synchronized (Child.class) {
                System.out.println(id);
            }
        }
    }
}
