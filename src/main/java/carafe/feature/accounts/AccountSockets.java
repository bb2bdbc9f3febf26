package carafe.feature.accounts;

import carafe.platform.http.Access;
import carafe.platform.http.Caller;
import carafe.platform.realtime.socketio.Socket;
import carafe.platform.realtime.socketio.SocketIo;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.jspecify.annotations.Nullable;

/**
 * What Open WebUI's front end says on its socket about who uses it and what for. Source: the events of its versions 0.6
 * and 0.12.
 */
final class AccountSockets {
    private final SocketIo sockets;
    private final LastSeen lastSeen;
    private final ModelsInUse inUse;

    AccountSockets(SocketIo sockets, LastSeen lastSeen, ModelsInUse inUse) {
        this.sockets = sockets;
        this.lastSeen = lastSeen;
        this.inUse = inUse;
    }

    void register() {
        sockets.on("user-join", Access.PUBLIC, this::join);
        sockets.on("heartbeat", Access.ANY, this::heartbeat);
        sockets.on("usage", Access.USER, this::usage);
        // rooms of features that are not there: the front end asks all the same
        sockets.on("join-channels", Access.USER, (socket, payload) -> null);
        sockets.on("join-note", Access.USER, (socket, payload) -> null);
        sockets.onChange(this::changed);
    }

    /** {@code {auth:{token}}}, after a sign-in and at each connection; answers {@code {id,name}}, a stranger nothing. */
    private @Nullable JsonNode join(Socket socket, JsonNode payload) {
        var token = payload.path("auth").path("token");
        if (token.isTextual()) {
            sockets.signIn(socket, token.textValue());
        }
        if (socket.caller() instanceof Caller.Anonymous) {
            return null;
        }
        var person = socket.caller().person();
        return JsonNodeFactory.instance.objectNode().put("id", person.id()).put("name", person.name());
    }

    private @Nullable JsonNode heartbeat(Socket socket, JsonNode payload) {
        lastSeen.saw(socket.caller());
        return null;
    }

    /** {@code {action:"chat",model,chat_id}}, once a second while an answer is awaited. */
    private @Nullable JsonNode usage(Socket socket, JsonNode payload) {
        if (payload.path("model").isTextual()) {
            inUse.used(socket.caller().person().id(), payload.path("model").textValue());
        }
        return null;
    }

    /** The page of somebody whose rights changed, or who is signed out, loads itself anew. */
    private void changed(Socket socket, Caller before) {
        boolean known = !(before instanceof Caller.Anonymous);
        boolean same = !(socket.caller() instanceof Caller.Anonymous)
                && known
                && socket.caller().person().role() == before.person().role();
        if (known && !same) {
            socket.emit("access:updated", JsonNodeFactory.instance.objectNode());
        }
    }
}
