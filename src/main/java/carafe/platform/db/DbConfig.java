package carafe.platform.db;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Where the database is and how it is opened.
 *
 * @param url {@code sqlite:<path>} or {@code postgresql://user:password@host:port/database}, each also with {@code jdbc:}
 * @param connections readers on SQLite (beside the one writer), all connections on PostgreSQL
 * @param durable SQLite: each commit survives a power cut (synchronous=FULL); otherwise only a crash of the process
 */
public record DbConfig(String url, int connections, boolean durable) {
    sealed interface Place {}

    record File(Path path) implements Place {}

    record Server(String jdbcUrl, String user, String password) implements Place {
        @Override
        public String toString() {
            return jdbcUrl.replaceAll("\\?.*", "");
        }
    }

    public DbConfig {
        if (connections < 1) {
            throw new IllegalArgumentException("a database needs at least one connection");
        }
    }

    /** The defaults: 4 readers on SQLite, 16 connections on PostgreSQL. */
    public static DbConfig of(String url) {
        return new DbConfig(url, isSqlite(url) ? 4 : 16, false);
    }

    /** The form that people write without a password in it, for logs. */
    @Override
    public String toString() {
        return place().toString();
    }

    Place place() {
        var plain = plain(url);
        if (isSqlite(url)) {
            return new File(Path.of(plain.substring("sqlite:".length()).replaceFirst("^//(?=/)", "")));
        }
        if (plain.startsWith("postgresql://") || plain.startsWith("postgres://")) {
            return server(URI.create(plain));
        }
        throw new IllegalArgumentException(
                "DATABASE_URL must begin with sqlite: or postgresql://, not " + plain.replaceFirst(":.*", ":"));
    }

    private static Server server(URI uri) {
        var authority = uri.getRawAuthority(); // may name several hosts, which URI itself does not take apart
        int at = authority.lastIndexOf('@');
        var login = authority.substring(0, Math.max(at, 0));
        var hosts = authority.substring(at + 1);
        int colon = login.indexOf(':');
        var query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        return new Server(
                "jdbc:postgresql://" + hosts + uri.getRawPath() + query,
                decoded(colon < 0 ? login : login.substring(0, colon)),
                decoded(colon < 0 ? "" : login.substring(colon + 1)));
    }

    private static boolean isSqlite(String url) {
        return plain(url).startsWith("sqlite:");
    }

    private static String plain(String url) {
        return url.startsWith("jdbc:") ? url.substring("jdbc:".length()) : url;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
