package carafe.engine.sandbox;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.StreamType;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The attached streams of one container. What is sent goes out on a thread of docker-java's, what comes in is given to the
 * receiver on another of its threads; that one may block there, it serves this container alone.
 */
final class Link implements ResultCallback<Frame> {
    private static final Logger log = LoggerFactory.getLogger(Link.class);

    /** All of them are called on one thread. */
    interface Receiver {
        void output(byte[] bytes);

        void crashText(byte[] bytes);

        /** The container is gone; nothing follows. */
        void ended();
    }

    private final Receiver receiver;
    private final Outgoing stdin = new Outgoing();
    private final CountDownLatch attached = new CountDownLatch(1);
    private volatile @Nullable Closeable stream;
    private volatile @Nullable Throwable failure;
    private volatile boolean ended;

    Link(Receiver receiver) {
        this.receiver = receiver;
    }

    /** Hands bytes over for sending, without waiting; false when the link is closed. The caller must not change them. */
    boolean send(byte[] bytes) {
        return !ended && stdin.offer(bytes);
    }

    boolean alive() {
        return !ended;
    }

    InputStream stdin() {
        return stdin;
    }

    /** Waits until the engine has taken the streams over; output that comes later is not missed. */
    void awaitAttached(long seconds) throws IOException, InterruptedException {
        if (!attached.await(seconds, TimeUnit.SECONDS)) {
            throw new IOException("the engine did not attach in " + seconds + " s");
        }
        var why = failure;
        if (why != null) {
            throw new IOException("the engine refused to attach: " + why.getMessage(), why);
        }
    }

    @Override
    public void onStart(Closeable closeable) {
        stream = closeable;
        attached.countDown();
    }

    @Override
    public void onNext(Frame frame) {
        if (frame.getStreamType() == StreamType.STDERR) {
            receiver.crashText(frame.getPayload());
        } else {
            receiver.output(frame.getPayload());
        }
    }

    @Override
    public void onError(Throwable why) {
        if (attached.getCount() > 0) {
            failure = why;
        }
        log.debug("A container's stream ended: {}", why.toString());
        end();
    }

    @Override
    public void onComplete() {
        end();
    }

    private void end() {
        if (!ended) {
            ended = true;
            stdin.close();
            attached.countDown();
            receiver.ended();
        }
    }

    /** Ends the container's standard input, upon which its runner leaves, and lets the streams go. */
    @Override
    public void close() {
        stdin.close();
        var open = stream;
        if (open != null) {
            try {
                open.close();
            } catch (IOException | RuntimeException e) {
                log.debug("A container's stream was closed already: {}", e.toString());
            }
        }
    }

    /** What is sent, as the stream that docker-java pumps: a read gives what is there and waits only for the first byte. */
    private static final class Outgoing extends InputStream {
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition more = lock.newCondition();
        private final ArrayDeque<byte[]> waiting = new ArrayDeque<>();
        private int taken;
        private boolean closed;

        boolean offer(byte[] bytes) {
            lock.lock();
            try {
                if (closed) {
                    return false;
                }
                waiting.add(bytes);
                more.signal();
                return true;
            } finally {
                lock.unlock();
            }
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            lock.lock();
            try {
                while (waiting.isEmpty() && !closed) {
                    more.await();
                }
                if (closed) {
                    return -1;
                }
                byte[] first = waiting.element();
                int n = Math.min(length, first.length - taken);
                System.arraycopy(first, taken, buffer, offset, n);
                taken += n;
                if (taken == first.length) {
                    waiting.remove();
                    taken = 0;
                }
                return n;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            } finally {
                lock.unlock();
            }
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public void close() {
            lock.lock();
            try {
                closed = true;
                waiting.clear();
                more.signal();
            } finally {
                lock.unlock();
            }
        }
    }
}
