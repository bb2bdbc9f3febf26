package carafe;

import java.nio.file.Path;

/** The engine that tests run containers on: the one that {@code DOCKER_HOST} names, by a {@code unix://} address. */
public final class TestDocker {
    public static final String HOST = System.getenv().getOrDefault("DOCKER_HOST", "unix:///var/run/docker.sock");

    private TestDocker() {}

    public static Path socket() {
        return Path.of(HOST.replaceFirst("^unix://", ""));
    }
}
