package carafe.engine.sandbox;

import carafe.engine.sandbox.Language.Room;
import java.time.Duration;
import java.util.List;

/** The languages there are. Another one is an entry here and its runner in {@code resources/sandbox}. */
final class Languages {
    /** The image that {@code scripts/} builds from the distribution's packages; it has every language and no registry. */
    static final String LOCAL_IMAGE = "carafe-sandbox:latest";

    private static final String PYTHON_IMAGE = "python:3.11-slim";

    private static final List<String> BASH =
            List.of("bash", "-c", "LC_ALL=C IFS= read -r -N \"$0\" runner || exit 0; eval \"$runner\"");

    private Languages() {}

    static List<Language> all() {
        return List.of(python(), javascript(), bash(), c());
    }

    private static Language python() {
        var boot = """
                import os,sys
                n=int(sys.argv[1]);b=b''
                while len(b)<n:
                 c=os.read(0,n-len(b))
                 if not c:os._exit(0)
                 b+=c
                exec(compile(b,'runner','exec'))""";
        return new Language(
                "python",
                "Python",
                "main.py",
                List.of(PYTHON_IMAGE, LOCAL_IMAGE),
                List.of("python3", "-I", "-X", "utf8", "-c", boot),
                List.of(
                        "python/1-filter.py",
                        "python/2-safety.py",
                        "python/3-host.py",
                        "python/4-watch.py",
                        "python/5-clean.py",
                        "python/6-program.py",
                        "python/7-server.py"),
                true,
                true,
                Room.USUAL,
                "print(1)");
    }

    private static Language javascript() {
        var boot = """
                const fs=require('fs');let n=+process.argv[1],b=Buffer.alloc(n),i=0,k;
                while(i<n){k=fs.readSync(0,b,i,n-i);if(!k)process.exit(0);i+=k}
                new Function('require',b.toString())(require)""";
        return new Language(
                "javascript",
                "JavaScript",
                "main.js",
                List.of("node:22-slim", LOCAL_IMAGE),
                List.of("node", "-e", boot),
                List.of("node.js"),
                false,
                false,
                new Room(192, 0, false, Duration.ZERO),
                "console.log(1)");
    }

    private static Language bash() {
        return new Language(
                "bash",
                "Bash",
                "main.sh",
                List.of(PYTHON_IMAGE, LOCAL_IMAGE),
                BASH,
                List.of("bash.sh"),
                false,
                false,
                Room.USUAL,
                "echo 1");
    }

    /** Executable files are needed for what the compiler makes. */
    private static Language c() {
        return new Language(
                "c",
                "C",
                "main.c",
                List.of(LOCAL_IMAGE, "gcc:14"),
                BASH,
                List.of("c.sh", "bash.sh"),
                false,
                false,
                new Room(256, 64, true, Duration.ofSeconds(20)),
                "#include <stdio.h>\nint main(void) { puts(\"1\"); return 0; }\n");
    }
}
