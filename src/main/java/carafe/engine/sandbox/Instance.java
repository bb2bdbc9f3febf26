package carafe.engine.sandbox;

import carafe.engine.sandbox.DockerEngine.Listed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * This start of Carafe among others on the same engine, and how to tell which of the others are dead. A container belongs
 * to nobody when its process is gone from this very process table, when it was never started, or when it is older than
 * any instance keeps one. A dead jar's containers end by themselves; this is for those that could not.
 */
final class Instance {
    private static final String PROCESS = "carafe.process";
    private static final String LEASE = "carafe.lease";
    private static final String BLOCK = "carafe.block";
    private static final Duration START_LIMIT = Duration.ofMinutes(3);

    private final String id = UUID.randomUUID().toString();
    private final String space;
    private final String process;

    Instance() {
        space = space();
        process = space.isEmpty() ? "" : space + " " + self();
    }

    String id() {
        return id;
    }

    String shortId() {
        return id.substring(0, 8);
    }

    /** {@code lease} is the longest that this instance keeps a container. */
    Map<String, String> labels(int block, Duration lease, String language, Program.Isolation isolation) {
        return Map.of(
                DockerEngine.INSTANCE,
                id,
                PROCESS,
                process,
                LEASE,
                Long.toString(lease.toSeconds()),
                BLOCK,
                Integer.toString(block),
                "carafe.lang",
                language,
                "carafe.mode",
                isolation.name().toLowerCase(Locale.ROOT));
    }

    /**
     * Which of {@code listed} have nobody any more; {@code ours} are the names of this instance's own, {@code now} is in
     * seconds by the engine's clock.
     */
    List<Listed> orphans(List<Listed> listed, Set<String> ours, long now) {
        return listed.stream()
                .filter(one -> isOwn(one) ? !ours.contains(one.name()) : dead(one, now))
                .toList();
    }

    private boolean isOwn(Listed one) {
        return id.equals(one.labels().get(DockerEngine.INSTANCE));
    }

    private boolean dead(Listed one, long now) {
        if (processGone(one.labels().getOrDefault(PROCESS, ""))) {
            return true;
        }
        long age = now - one.created();
        if (!one.state().equals("running") && age > START_LIMIT.toSeconds()) {
            return true;
        }
        return age > number(one.labels().getOrDefault(LEASE, ""), Long.MAX_VALUE);
    }

    private boolean processGone(String label) {
        if (space.isEmpty() || !label.startsWith(space + " ")) {
            return false;
        }
        var parts = label.substring(space.length() + 1).split(" ", 2);
        long pid = number(parts[0], -1);
        return pid > 0 && parts.length == 2 && !started(pid).equals(parts[1]);
    }

    /** A block of user ids that no living container of another instance uses; the first when all are used. */
    int freeBlock(List<Listed> listed, int blocks) {
        Set<Long> used = new HashSet<>();
        for (var one : listed) {
            used.add(isOwn(one) ? -1 : number(one.labels().getOrDefault(BLOCK, ""), -1));
        }
        for (int block = 0; block < blocks; block++) {
            if (!used.contains((long) block)) {
                return block;
            }
        }
        return 0;
    }

    private static long number(String text, long otherwise) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            return otherwise;
        }
    }

    private static String self() {
        long pid = ProcessHandle.current().pid();
        return pid + " " + started(pid);
    }

    /** What tells one boot's process table from all others; empty where the system does not say. */
    private static String space() {
        try {
            // Where others' processes are hidden from this user, a missing one says nothing.
            Files.readString(Path.of("/proc/1/stat"));
            var boot =
                    Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
            var table = Files.readSymbolicLink(Path.of("/proc/self/ns/pid"));
            return boot + "/" + table;
        } catch (IOException | UnsupportedOperationException e) {
            return "";
        }
    }

    /** When a process began, in ticks since the boot (field 22 of {@code stat}); empty when there is none, or only its remains. */
    private static String started(long pid) {
        try {
            var stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return "Z".equals(fields[0]) ? "" : fields[19];
        } catch (IOException | RuntimeException e) {
            return "";
        }
    }
}
