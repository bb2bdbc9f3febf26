package carafe.engine.sandbox;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What to run. {@code files} holds at least the {@code entry}; {@code cases} run each in a process of its own that sees the
 * same files, one after the other, or some beside the others while the sandbox has nothing else to do; a plain run has
 * exactly one. In Python no case can find out what later ones get.
 * {@code isolation} null takes the language's default.
 */
public record Program(
        String language,
        List<SourceFile> files,
        String entry,
        Map<String, String> env,
        List<Case> cases,
        @Nullable Isolation isolation,
        Safety safety) {
    public Program {
        files = List.copyOf(files);
        env = Map.copyOf(env);
        cases = List.copyOf(cases);
    }

    /** The same with these cases only. */
    Program with(List<Case> some) {
        return new Program(language, files, entry, env, some, isolation, safety);
    }

    /** A file beside the program; {@code name} is a relative path with forward slashes. */
    public record SourceFile(String name, byte[] content) {}

    /** One execution: what it reads on standard input, and its arguments. */
    public record Case(String stdin, List<String> args) {
        public Case {
            args = List.copyOf(args);
            if (args.stream().anyMatch(each -> each.indexOf('\0') >= 0)) {
                throw new IllegalArgumentException("an argument with a zero byte");
            }
        }

        public static final Case PLAIN = new Case("", List.of());
    }

    /** {@code REUSE}: a warm container that is wiped and verified after each run. {@code FRESH}: a container for this run alone. */
    public enum Isolation {
        REUSE,
        FRESH
    }
}
