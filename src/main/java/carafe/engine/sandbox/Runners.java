package carafe.engine.sandbox;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The programs that wait inside containers, from the jar's {@code sandbox} folder; read when first wanted. Thread-safe. */
final class Runners {
    private final Map<String, byte[]> runners = new ConcurrentHashMap<>();

    byte[] of(Language language) {
        return runners.computeIfAbsent(language.id(), id -> read(language));
    }

    private static byte[] read(Language language) {
        var program = new ByteArrayOutputStream();
        for (var part : language.runner()) {
            try (var in = Runners.class.getResourceAsStream("/sandbox/" + part)) {
                if (in == null) {
                    throw new IllegalStateException("the jar has no sandbox/" + part);
                }
                in.transferTo(program);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return program.toByteArray();
    }
}
