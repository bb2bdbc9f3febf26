package carafe.engine.sandbox;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.httpclient5.ApacheDockerHttpClient;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Images that are wrong in some way, made for a test and gone after it; and containers that nobody's pool knows. */
final class TestImages implements AutoCloseable {
    static final String NAME = "carafe-sandbox-under-test";
    private final DockerClient client;
    private final LinkedHashSet<String> made = new LinkedHashSet<>();

    TestImages() {
        this(TestEngine.HOST);
    }

    TestImages(String host) {
        var config =
                new DefaultDockerClientConfig.Builder().withDockerHost(host).build();
        client = DockerClientImpl.getInstance(
                config,
                new ApacheDockerHttpClient.Builder()
                        .dockerHost(URI.create(host))
                        .build());
    }

    DockerClient client() {
        return client;
    }

    /** The usual image, but it looks for programs where there are none. */
    String withoutPath(String tag) {
        var container =
                client.createContainerCmd(Languages.LOCAL_IMAGE).withCmd("true").exec();
        try {
            made.add(client.commitCmd(container.getId())
                    .withRepository(NAME)
                    .withTag(tag)
                    .withEnv("PATH=/nowhere")
                    .exec());
        } finally {
            client.removeContainerCmd(container.getId()).exec();
        }
        return made(tag);
    }

    /** The usual image with something else in the place of its Python. */
    String withPython(String tag, String script) throws IOException {
        var container =
                client.createContainerCmd(Languages.LOCAL_IMAGE).withCmd("true").exec();
        try {
            client.copyArchiveToContainerCmd(container.getId())
                    .withRemotePath("/")
                    .withTarInputStream(new ByteArrayInputStream(tar("usr/local/bin/python3", script, 0755)))
                    .exec();
            made.add(client.commitCmd(container.getId())
                    .withRepository(NAME)
                    .withTag(tag)
                    .exec());
        } finally {
            client.removeContainerCmd(container.getId()).exec();
        }
        return made(tag);
    }

    private String made(String tag) {
        made.add(NAME + ":" + tag);
        return NAME + ":" + tag;
    }

    /** Lets the name mean the usual image. */
    void repair(String tag) {
        client.tagImageCmd(Languages.LOCAL_IMAGE, NAME, tag).withForce().exec();
        made(tag);
    }

    private static byte[] tar(String name, String text, int mode) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(bytes)) {
            var content = text.getBytes(StandardCharsets.UTF_8);
            var entry = new TarArchiveEntry(name);
            entry.setSize(content.length);
            entry.setMode(mode);
            tar.putArchiveEntry(entry);
            tar.write(content);
            tar.closeArchiveEntry();
        }
        return bytes.toByteArray();
    }

    @Override
    public void close() throws IOException {
        for (var name : made.reversed()) {
            try {
                client.removeImageCmd(name).withForce(true).exec();
            } catch (NotFoundException e) {
                // It went with its last name.
            }
        }
        client.close();
    }
}
