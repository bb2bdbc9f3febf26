package carafe.engine.sandbox;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Turns programs into what runners read: u32 version, u32 length, JSON, and for some several cases that follow it. */
final class Requests {
    /** A run's whole output is held in memory until its end: this much at most, of all cases and both streams together. */
    private static final int RUN_OUTPUT = 16 << 20;

    static final int MAX_CASES = 1000;
    private static final int MAX_FRAME = 32 << 20;

    /** However many cases: a container that is held for longer is one less for everybody. */
    private static final Duration LONGEST_RUN = Duration.ofMinutes(10);

    private static final int VERSION = 1;
    private static final int HEADER = 8;

    /** The container's own bounds come on top of a run's: the caller waits this much longer than the runner should need. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    private static final JsonFactory JSON = new JsonFactory();

    private Requests() {}

    /** A run of {@code program}, with limits that are {@link #bounded}, in a container that has what {@code box} says. */
    static Run run(Language language, SandboxSettings.Box box, Program program, Limits limits, RunControl control) {
        int cases = program.cases().size();
        boolean sealed = language.sealedCases() && cases > 1;
        var request = frame(program, limits, box, control.listener() != null, sealed);
        var time =
                limits.wall().multipliedBy(cases).plus(language.room().setup()).plus(GRACE);
        var allowance = time.compareTo(LONGEST_RUN) < 0 ? time : LONGEST_RUN;
        return new Run(control, request, cases, limits.outputBytes(), limits.wall(), allowance);
    }

    /** {@code limits} with as much output as each of so many cases may have, that all of it fits. */
    static Limits bounded(Limits limits, int cases) {
        int output = Math.min(limits.outputBytes(), RUN_OUTPUT / 2 / cases);
        return new Limits(limits.wall(), limits.cpu(), limits.memoryMb(), limits.processes(), output);
    }

    /** A run that only shows that a container works. */
    static Run canary(Language language, SandboxSettings.Box box) {
        var program = new Program(
                language.id(),
                List.of(new Program.SourceFile(
                        language.entry(), language.canary().getBytes(StandardCharsets.UTF_8))),
                language.entry(),
                Map.of(),
                List.of(Program.Case.PLAIN),
                null,
                Safety.OFF);
        var limits = new Limits(Duration.ofSeconds(5), Duration.ofSeconds(5), box.memoryMb(), box.processes(), 1024);
        return run(language, box, program, limits, new RunControl(""));
    }

    private static byte[] frame(
            Program program, Limits limits, SandboxSettings.Box box, boolean stream, boolean sealed) {
        var following = sealed ? program.cases().stream().map(Requests::alone).toList() : List.<byte[]>of();
        var bytes = new ByteArrayOutputStream(1024);
        bytes.writeBytes(new byte[HEADER]);
        try (var json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("entry", program.entry());
            json.writeObjectFieldStart("files");
            for (var file : program.files()) {
                json.writeObjectFieldStart(file.name());
                json.writeBinaryField("b64", file.content());
                json.writeEndObject();
            }
            json.writeEndObject();
            json.writeObjectFieldStart("env");
            for (var entry : program.env().entrySet()) {
                json.writeStringField(entry.getKey(), entry.getValue());
            }
            json.writeEndObject();
            json.writeArrayFieldStart("cases");
            if (sealed) {
                for (var one : following) {
                    json.writeStartObject();
                    json.writeNumberField("bytes", one.length);
                    json.writeEndObject();
                }
            } else {
                for (var one : program.cases()) {
                    write(json, one);
                }
            }
            json.writeEndArray();
            json.writeNumberField("wall_ms", limits.wall().toMillis());
            json.writeNumberField("cpu_ms", limits.cpu().toMillis());
            json.writeNumberField("memory_mb", Math.min(limits.memoryMb(), box.memoryMb()));
            json.writeNumberField("processes", Math.min(limits.processes(), box.processes()));
            json.writeNumberField("max_output", limits.outputBytes());
            json.writeBooleanField("stream", stream);
            safety(json, program.safety());
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        int length = bytes.size() - HEADER;
        following.forEach(bytes::writeBytes);
        var frame = bytes.toByteArray();
        if (frame.length > MAX_FRAME) {
            throw new IllegalArgumentException("a program of " + frame.length + " bytes");
        }
        ByteBuffer.wrap(frame).putInt(VERSION).putInt(length);
        return frame;
    }

    /** u32 length of standard input, standard input, each argument with a zero byte after it. */
    private static byte[] alone(Program.Case one) {
        var bytes = new ByteArrayOutputStream(256);
        var stdin = one.stdin().getBytes(StandardCharsets.UTF_8);
        bytes.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(stdin.length).array());
        bytes.writeBytes(stdin);
        for (var argument : one.args()) {
            bytes.writeBytes(argument.getBytes(StandardCharsets.UTF_8));
            bytes.write(0);
        }
        return bytes.toByteArray();
    }

    private static void write(JsonGenerator json, Program.Case one) throws IOException {
        json.writeStartObject();
        json.writeBinaryField("stdin", one.stdin().getBytes(StandardCharsets.UTF_8));
        json.writeArrayFieldStart("args");
        for (var arg : one.args()) {
            json.writeString(arg);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void safety(JsonGenerator json, Safety safety) throws IOException {
        json.writeObjectFieldStart("safety");
        json.writeStringField("level", safety.level().name().toLowerCase(Locale.ROOT));
        json.writeArrayFieldStart("allowed");
        for (var name : safety.allowed()) {
            json.writeString(name);
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
