package carafe.platform.db;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.zip.CRC32;

/**
 * One numbered file of SQL with a way up and a way back. A statement ends with the line that ends in a semicolon, a
 * trigger with the line {@code END;}. After {@code -- only sqlite} or {@code -- only postgresql} lines count for that
 * engine alone, until {@code -- both}.
 */
record Migration(int version, String name, String checksum, String text) {
    /** @param name as the file is called without its ending, for example {@code 0001_start} */
    static Migration load(String folder, String name) {
        var path = "/" + folder + "/" + name + ".sql";
        try (var in = Objects.requireNonNull(Migration.class.getResourceAsStream(path), path)) {
            return of(name, new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(path, e);
        }
    }

    static Migration of(String name, String text) {
        var crc = new CRC32();
        crc.update(text.replace("\r\n", "\n").getBytes(StandardCharsets.UTF_8));
        return new Migration(Integer.parseInt(name.substring(0, 4)), name, "%08x".formatted(crc.getValue()), text);
    }

    List<String> up(Dialect dialect) {
        return statements("up", dialect);
    }

    List<String> down(Dialect dialect) {
        return statements("down", dialect);
    }

    private List<String> statements(String section, Dialect dialect) {
        var result = new ArrayList<String>();
        var statement = new StringBuilder();
        String current = "";
        String engine = "both";
        for (String line : text.lines().map(String::stripTrailing).toList()) {
            switch (line) {
                case "-- up", "-- down" -> current = line.substring(3);
                case "-- both", "-- only sqlite", "-- only postgresql" -> engine = line.replaceFirst("-- (only )?", "");
                default -> {
                    boolean ours = engine.equals("both") || engine.equalsIgnoreCase(dialect.name());
                    if (ours && current.equals(section) && !line.isBlank() && !line.startsWith("--")) {
                        statement.append(line).append('\n');
                        if (ends(statement, line)) {
                            result.add(dialect.fill(statement.toString()));
                            statement.setLength(0);
                        }
                    }
                }
            }
        }
        if (!statement.isEmpty()) {
            throw new IllegalStateException(name + ": no semicolon at the end of: " + statement);
        }
        return result;
    }

    private static boolean ends(StringBuilder statement, String line) {
        return statement.indexOf("CREATE TRIGGER") == 0 ? line.equals("END;") : line.endsWith(";");
    }
}
