package carafe.feature.models;

import carafe.platform.config.Catalogue;
import carafe.platform.config.Config;
import carafe.platform.config.LiveSettings;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** All connections in order of preference: those of the environment, those of the admin page, then local models. */
public final class Connections {
    private final List<Connection> fixed;
    private final ConnectionStore store;
    private final LiveSettings settings;

    public Connections(List<Config.Upstream> upstreams, ConnectionStore store, LiveSettings settings) {
        var all = new ArrayList<Connection>();
        for (int i = 0; i < upstreams.size(); i++) {
            var upstream = upstreams.get(i);
            all.add(new Connection(
                    "env-" + i,
                    Connection.Kind.valueOf(upstream.kind().toUpperCase(Locale.ROOT)),
                    name(upstream.url()),
                    upstream.url(),
                    upstream.key(),
                    true,
                    true,
                    ConnectionOptions.NONE));
        }
        this.fixed = List.copyOf(all);
        this.store = store;
        this.settings = settings;
    }

    /** What people call a server that has no name: its host. */
    static String name(String url) {
        var host = URI.create(url).getAuthority();
        return host == null ? url : host;
    }

    public List<Connection> all() {
        var all = new ArrayList<>(fixed);
        all.addAll(store.all());
        all.add(Connection.LOCAL);
        return all;
    }

    /** Those that are switched on, each for itself and all of its kind. */
    public List<Connection> enabled() {
        return all().stream().filter(this::isOn).toList();
    }

    private boolean isOn(Connection connection) {
        return connection.enabled()
                && switch (connection.kind()) {
                    case OPENAI -> settings.isOn(Catalogue.ENABLE_OPENAI);
                    case OLLAMA -> settings.isOn(Catalogue.ENABLE_OLLAMA);
                    case ANTHROPIC, LOCAL -> true;
                };
    }

    Optional<Connection> find(String id) {
        return all().stream().filter(connection -> connection.id().equals(id)).findFirst();
    }
}
