package carafe.feature.localchat;

import carafe.feature.chats.LinearChats;
import carafe.feature.chats.LinearTurns;
import carafe.feature.chats.turns.Turns;
import carafe.feature.models.ModelCatalogue;
import carafe.platform.config.Config;
import carafe.platform.config.LiveSettings;
import carafe.platform.http.Authenticator;
import carafe.platform.http.Caller;
import carafe.platform.http.ClientWatch;
import carafe.platform.http.Heartbeats;
import carafe.platform.http.Routes;
import carafe.platform.ops.Metrics;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Supplier;

/** The feature put together: sessions and their answers over REST, server-sent events and WebSockets. */
public final class LocalChat {
    /** What the wire stands on. {@code strangers} answers the account that they share, where they are let in. */
    public record Ground(
            LinearChats sessions,
            LinearTurns store,
            Turns turns,
            ModelCatalogue catalogue,
            LiveSettings settings,
            Authenticator authenticator,
            Supplier<Caller.Person> strangers,
            Heartbeats heartbeats,
            ClientWatch clients,
            Metrics metrics,
            ObjectMapper mapper,
            Clock clock) {}

    private final Guests guests;
    private final SessionRoutes sessionRoutes;
    private final MessageRoutes messageRoutes;
    private final CompletionRoutes completionRoutes;
    private final SocketRoutes sockets;

    public LocalChat(Config.LocalChat config, Ground ground) {
        var mapper = ground.mapper();
        guests = new Guests(config.open(), ground.strangers());
        var prompts = new Prompts(config.historyTokens());
        var models = new ModelChoice(ground.catalogue(), ground.settings());
        var meters = new ChatMeters(ground.metrics(), this::connections);
        var answers = new Answers(ground.store(), ground.turns(), prompts, meters);
        var json = new SessionJson(mapper);
        var rooms = new Rooms(ground.turns());
        var frames = new SocketFrames(answers, ground.sessions(), ground.turns(), models, rooms, json, mapper);
        sockets = new SocketRoutes(
                guests,
                ground.authenticator(),
                new Tickets(ground.clock()),
                ground.sessions(),
                models,
                rooms,
                frames,
                mapper,
                config.finish(),
                config.mostSockets());
        sessionRoutes = new SessionRoutes(guests, ground.sessions(), ground.turns(), sockets, json, mapper);
        messageRoutes = new MessageRoutes(sessionRoutes, ground.sessions(), prompts, json, mapper);
        completionRoutes = new CompletionRoutes(
                guests, answers, models, ground.heartbeats(), ground.clients(), mapper, ground.clock());
    }

    private int connections() {
        return sockets.connections();
    }

    public void register(Routes routes) {
        completionRoutes.register(routes);
        sockets.register(routes);
        sessionRoutes.register(routes);
        messageRoutes.register(routes, guests);
    }

    /** Lets answers that somebody listens to end within {@code patience}, then closes the sockets. */
    public void close(Duration patience) {
        sockets.close(patience);
    }
}
