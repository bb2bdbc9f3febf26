package carafe.engine.sandbox;

import carafe.engine.sandbox.EngineException.Kind;
import com.fasterxml.jackson.core.JacksonException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Info;
import com.github.dockerjava.api.model.PullResponseItem;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is wrong with an engine, in words that name no host, and what to do about it. */
final class EngineCheck {
    private static final String INSTALL =
            "Install Docker and start it (on Debian: apt-get install docker.io), or point DOCKER_HOST to an engine.";
    private static final String START =
            "Start it (systemctl start docker), or point DOCKER_HOST to an engine that runs.";

    private EngineCheck() {}

    /** @throws EngineException when nothing can be behind the address */
    static void address(String host) throws EngineException {
        URI uri;
        try {
            uri = URI.create(host);
        } catch (IllegalArgumentException e) {
            throw wrongAddress();
        }
        if (uri.getScheme() == null || !Set.of("unix", "tcp", "npipe").contains(uri.getScheme())) {
            throw wrongAddress();
        }
        if (!"unix".equals(uri.getScheme())) {
            return;
        }
        var socket = Path.of(uri.getPath());
        if (!Files.exists(socket)) {
            throw new EngineException(Kind.AWAY, "There is no container engine: its socket does not exist.", INSTALL);
        }
        if (!Files.isWritable(socket)) {
            throw new EngineException(
                    Kind.AWAY,
                    "Carafe may not use the container engine's socket.",
                    "Add the user that runs Carafe to the group docker, or run an engine of that user's own.");
        }
    }

    private static EngineException wrongAddress() {
        return new EngineException(
                Kind.AWAY, "DOCKER_HOST is no address of an engine.", "It looks like unix:///var/run/docker.sock.");
    }

    static void info(Info info) throws EngineException {
        var system = info.getOsType();
        if (system != null && !system.equals("linux")) {
            throw new EngineException(
                    Kind.AWAY, "The container engine runs no Linux containers.", "Switch it to Linux containers.");
        }
    }

    /** What docker-java threw, explained: only what happened on the wire says that the engine is away. */
    static EngineException explain(@Nullable Throwable thrown) {
        IOException wire = null;
        for (var cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof EngineException known) {
                return known;
            }
            if (cause instanceof DockerException refusal) {
                return explain(refusal);
            }
            if (cause instanceof IOException io && !(cause instanceof JacksonException)) {
                wire = io;
            }
        }
        return wire == null
                ? new EngineException(
                        Kind.FAILED, "Carafe could not use the engine: " + thrown + ".", "This is a fault.")
                : new EngineException(Kind.AWAY, "The container engine does not answer (" + words(wire) + ").", START);
    }

    private static String words(IOException e) {
        var text = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        if (text.contains("refused")) {
            return "connection refused";
        }
        return text.contains("denied") ? "permission denied" : e.getClass().getSimpleName();
    }

    private static EngineException explain(DockerException refusal) {
        var text = message(refusal);
        if (text.contains("executable file not found") || text.contains("no such file or directory: unknown")) {
            return new EngineException(
                    Kind.IMAGE,
                    "The image has no interpreter for this language.",
                    "Name one that has with DOCKER_IMAGE or DOCKER_IMAGE_<LANGUAGE>.");
        }
        if (refusal instanceof NotFoundException && text.contains("No such image")) {
            return new EngineException(
                    Kind.IMAGE, "The image is not on the engine.", "Pull it, or build carafe-sandbox.");
        }
        return new EngineException(
                Kind.FAILED, "The container engine refused: " + text + ".", "Look at the engine's own log.");
    }

    /** The engine's own message out of its JSON body, one line of bounded length. */
    private static String message(DockerException refusal) {
        var text = String.valueOf(refusal.getMessage());
        int at = text.indexOf("{\"message\":\"");
        if (at >= 0) {
            text = text.substring(at + 12).replaceFirst("\"}\\s*$", "");
        }
        text = text.replaceAll("\\s+", " ").strip();
        return text.length() > 300 ? text.substring(0, 300) + "…" : text;
    }

    static String progress(PullResponseItem item) {
        var detail = item.getProgressDetail();
        var status = String.valueOf(item.getStatus());
        if (detail == null || detail.getCurrent() == null || detail.getTotal() == null || detail.getTotal() == 0) {
            return status;
        }
        return status + " " + detail.getCurrent() * 100 / detail.getTotal() + " %";
    }
}
