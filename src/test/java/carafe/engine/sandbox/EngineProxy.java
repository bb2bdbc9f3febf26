package carafe.engine.sandbox;

import carafe.TestDocker;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Stands between a sandbox and the real engine, to cut, slow or freeze what goes through. */
final class EngineProxy implements AutoCloseable {
    private final Path socket;
    private final Path engine;
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();
    private volatile @Nullable ServerSocketChannel server;
    private volatile long delay;
    private volatile boolean frozen;

    EngineProxy(Path folder) {
        socket = folder.resolve("engine.sock");
        engine = TestDocker.socket();
    }

    String address() {
        return "unix://" + socket;
    }

    /** Every piece of a request waits this long. */
    void delay(long millis) {
        delay = millis;
    }

    /** Nothing goes through any more, and nobody is told. */
    void freeze(boolean on) {
        frozen = on;
    }

    void start() throws IOException {
        Files.deleteIfExists(socket);
        var listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listening.bind(UnixDomainSocketAddress.of(socket));
        server = listening;
        Thread.ofVirtual().start(() -> accept(listening));
    }

    /** As when the engine stops: every connection ends, and no new one is taken. */
    void cut() throws IOException {
        var listening = server;
        if (listening != null) {
            listening.close();
        }
        Files.deleteIfExists(socket);
        for (var channel : open) {
            channel.close();
        }
        open.clear();
    }

    private void accept(ServerSocketChannel listening) {
        while (listening.isOpen()) {
            try {
                var client = listening.accept();
                var upstream = SocketChannel.open(UnixDomainSocketAddress.of(engine));
                open.add(client);
                open.add(upstream);
                Thread.ofVirtual().start(() -> pump(client, upstream, true));
                Thread.ofVirtual().start(() -> pump(upstream, client, false));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void pump(SocketChannel from, SocketChannel to, boolean request) {
        var buffer = ByteBuffer.allocate(1 << 16);
        try {
            while (from.read(buffer) >= 0) {
                if (request && delay > 0) {
                    Thread.sleep(delay);
                }
                while (frozen) {
                    Thread.sleep(20);
                }
                buffer.flip();
                while (buffer.hasRemaining()) {
                    to.write(buffer);
                }
                buffer.clear();
            }
        } catch (IOException e) {
            // The other direction ended first.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            end(from);
            end(to);
        }
    }

    private void end(SocketChannel channel) {
        open.remove(channel);
        try {
            channel.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        frozen = false;
        cut();
    }
}
