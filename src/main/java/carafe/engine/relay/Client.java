package carafe.engine.relay;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Requests of our own, for answers that go on piece by piece as they come: no thread waits for them. */
public final class Client implements AutoCloseable {
    private static final Plan.Answer NONE = new Plan.Answer(502, List.of(), new byte[0]);
    private static final Edits EDITS = new Edits(Edits.HostField.UPSTREAMS, List.of(), List.of());

    /** What becomes of a call; on a loop, so nothing in it may block. {@code end} or {@code failed} is the last. */
    public interface Events {
        void answered(Head response);

        /** The next bytes of the body, which are only good until this returns. @throws IOException ends the call */
        void piece(ByteBuffer bytes) throws IOException;

        void end();

        /** Before {@code answered} or after it. */
        void failed(Failure failure);
    }

    private final Lanes lanes;

    /** @param name of the threads */
    public Client(String name, Names names) throws IOException {
        lanes = new Lanes(name, Lanes::systemTls, names);
        lanes.start();
    }

    /**
     * A request that is ready to go.
     *
     * @param fields without {@code Host} and {@code Content-Length}
     * @param silence how long the upstream may send nothing
     * @throws IOException when a field is none
     */
    public Call post(
            Upstream upstream,
            String path,
            List<Map.Entry<String, String>> fields,
            byte[] body,
            Duration silence,
            Events events)
            throws IOException {
        var head = Relay.head("POST " + path + " HTTP/1.1", fields);
        return new Call(lanes.next(), upstream, head, path, body, silence, events);
    }

    @Override
    public void close() {
        lanes.close(Duration.ZERO);
    }

    /** One request on its way. */
    public static final class Call {
        private final Lane lane;
        private final Head head;
        private final byte[] body;
        private final Plan.Forward plan;
        private final Events events;
        private final Way way = new Way();
        private @Nullable Exchange exchange;
        private @Nullable Failure failure;
        private boolean again;
        private boolean over;

        private Call(
                Lane lane, Upstream upstream, Head head, String path, byte[] body, Duration silence, Events events) {
            this.lane = lane;
            this.head = head;
            this.body = body;
            this.plan = new Plan.Forward(List.of(upstream), path, EDITS, null, silence, way);
            this.events = events;
        }

        /** Sends it. */
        public void start() {
            lane.loop().run(this::begin);
        }

        private void begin() {
            if (over) {
                return;
            }
            var begun = new Exchange(lane, way, head, body.length, plan);
            exchange = begun;
            begun.start(body);
        }

        /** Ends it and its connection; nothing is told any more. From any thread. */
        public void cancel() {
            lane.loop().run(this::leave);
        }

        private void leave() {
            over = true;
            if (exchange != null) {
                exchange.clientGone();
            }
        }

        /** Whether to read no further for now. From any thread. */
        public void clogged(boolean clogged) {
            lane.loop().run(() -> {
                if (exchange != null) {
                    exchange.clientClogged(clogged);
                }
            });
        }

        /** What the exchange sees of us. */
        private final class Way implements Downstream, Watcher {
            @Override
            public void begin(Head response, long length) {
                events.answered(response);
            }

            @Override
            public void piece(ByteBuffer piece) {
                if (over) {
                    return; // what one read brought is handed on to its end
                }
                try {
                    events.piece(piece);
                } catch (IOException e) {
                    leave();
                }
            }

            @Override
            public void end() {
                events.end();
            }

            @Override
            public void ended(Ending ending) {
                failure = ending.failure();
            }

            /** One connection that ended without a byte is no reason to give up: it may have been idle for too long. */
            @Override
            public void refuse(Plan.Answer answer) {
                var why = Objects.requireNonNull(failure);
                if (why.kind() == Failure.Kind.GONE && !again) {
                    again = true;
                    Call.this.begin();
                } else {
                    events.failed(why);
                }
            }

            @Override
            public void tear() {
                events.failed(Objects.requireNonNull(failure));
            }

            @Override
            public Plan.Answer refusal(Failure why) {
                return NONE;
            }

            @Override
            public void interim(Head response) {}

            @Override
            public void wantBody(boolean wanted) {}
        }
    }
}
