package carafe.feature.localchat;

import carafe.feature.chats.turns.RunningTurn;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Puts one answer into the events of the protocol, the same for all sockets of its session. All of it happens under the
 * lock of the {@link Room}; a socket that comes later is told what the others know, in as few events as will do.
 */
final class Telling {
    /** Who asked, and by what name; nobody for answers that were asked for elsewhere. */
    record Asker(@Nullable ChatSocket socket, String clientId) {
        static final Asker NOBODY = new Asker(null, "");

        String idFor(ChatSocket one) {
            return one == socket ? clientId : "";
        }
    }

    private final RunningTurn run;
    private final Asker asker;
    private final Iterable<ChatSocket> sockets;
    private final List<Block> blocks = new ArrayList<>();
    private final WholePairs textPairs = new WholePairs();
    private final WholePairs thoughtPairs = new WholePairs();
    private @Nullable Block open;
    private int contentSeen;
    private int reasoningSeen;

    /** @param sockets of the session, as they are at each moment */
    Telling(RunningTurn run, Asker asker, Iterable<ChatSocket> sockets) {
        this.run = run;
        this.asker = asker;
        this.sockets = sockets;
    }

    /** Whether a socket asked for this answer. */
    boolean isOfSocket() {
        return asker.socket() != null;
    }

    void cancel() {
        run.cancel();
    }

    void start() {
        sockets.forEach(this::tellStart);
    }

    private void tellStart(ChatSocket socket) {
        var turn = run.turn();
        var data = JsonNodeFactory.instance
                .objectNode()
                .put("message_id", turn.messageId())
                .put("user_message_id", turn.userMessageId());
        if (!asker.idFor(socket).isEmpty()) {
            data.put("client_id", asker.idFor(socket));
        }
        socket.event("message_start", data.put("model", run.model()).put("created", turn.startedAt() / 1000));
    }

    /** Tells a socket that just came what there is so far. */
    void catchUp(ChatSocket socket) {
        tellStart(socket);
        for (var block : blocks) {
            socket.event("content_block_start", blockStart(block, socket));
            if (block.length() > 0) {
                socket.piece(block, 0, block.length(), asker.idFor(socket));
            }
            if (block != open) {
                socket.event("content_block_stop", blockStop(block, socket));
            }
        }
    }

    void update(RunningTurn.Update update) {
        switch (update) {
            case RunningTurn.Update.Snapshot(var content, var reasoning) -> {
                thought(reasoning.substring(reasoningSeen));
                text(content.substring(contentSeen));
            }
            case RunningTurn.Update.Delta(var content, var reasoning) -> {
                thought(reasoning);
                text(content);
            }
            case RunningTurn.Update.End(var ended) -> end(ended);
        }
    }

    private void thought(String piece) {
        reasoningSeen += piece.length();
        add(thoughtPairs.take(piece), true);
    }

    private void text(String piece) {
        contentSeen += piece.length();
        add(textPairs.take(piece), false);
    }

    private void add(String piece, boolean thoughts) {
        if (piece.isEmpty()) {
            return;
        }
        var block = open == null || open.thoughts() != thoughts ? begin(thoughts) : open;
        int to = block.add(piece);
        sockets.forEach(socket -> socket.piece(block, to - piece.length(), to, asker.idFor(socket)));
    }

    private Block begin(boolean thoughts) {
        stopBlock();
        var block = new Block(run.turn().messageId(), blocks.size(), thoughts);
        blocks.add(block);
        open = block;
        sockets.forEach(socket -> socket.event("content_block_start", blockStart(block, socket)));
        return block;
    }

    private void stopBlock() {
        var block = open;
        if (block != null) {
            open = null;
            sockets.forEach(socket -> socket.event("content_block_stop", blockStop(block, socket)));
        }
    }

    private ObjectNode blockStart(Block block, ChatSocket socket) {
        var data =
                JsonNodeFactory.instance.objectNode().put("type", block.type()).put("index", block.index());
        data.setAll(data(socket));
        return data;
    }

    private ObjectNode blockStop(Block block, ChatSocket socket) {
        var data = JsonNodeFactory.instance.objectNode().put("index", block.index());
        data.setAll(data(socket));
        return data;
    }

    private ObjectNode data(ChatSocket socket) {
        var data = JsonNodeFactory.instance
                .objectNode()
                .put("message_id", run.turn().messageId());
        return asker.idFor(socket).isEmpty() ? data : data.put("client_id", asker.idFor(socket));
    }

    private void end(RunningTurn.Ended ended) {
        add(thoughtPairs.rest(), true);
        add(textPairs.rest(), false);
        boolean failed = ended.state().equals("error");
        if (!failed && blocks.isEmpty()) {
            begin(false); // each answer that did not fail has a block, however short
        }
        boolean begun = !blocks.isEmpty();
        stopBlock();
        if (failed) {
            sockets.forEach(socket -> socket.event("error", error(ended, socket)));
        }
        if (begun) {
            var delta = JsonNodeFactory.instance.objectNode().put("finish_reason", ChatMeters.reason(ended));
            sockets.forEach(socket -> {
                var data = data(socket);
                data.set("delta", delta);
                data.set("usage", usage(ended));
                socket.event("message_delta", data);
            });
        }
        sockets.forEach(socket -> socket.event("message_stop", data(socket)));
    }

    private ObjectNode error(RunningTurn.Ended ended, ChatSocket socket) {
        var failure = ended.failure();
        var data =
                failure == null ? JsonNodeFactory.instance.objectNode() : SocketErrors.data(Failures.problem(failure));
        data.setAll(data(socket));
        return data;
    }

    /** Where no provider counted, what was written is counted here, and said to be a guess. */
    private ObjectNode usage(RunningTurn.Ended ended) {
        var usage = JsonNodeFactory.instance.objectNode();
        if (ended.input() > 0) {
            usage.put("input_tokens", ended.input());
        }
        if (ended.output() > 0) {
            return usage.put("output_tokens", ended.output());
        }
        long guess = (long) Tokens.of(run.content()) + Tokens.of(run.reasoning());
        return usage.put("output_tokens", guess).put("estimated", true);
    }
}
