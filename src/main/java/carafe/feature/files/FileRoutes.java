package carafe.feature.files;

import carafe.platform.config.Catalogue;
import carafe.platform.config.LiveSettings;
import carafe.platform.http.Access;
import carafe.platform.http.Body;
import carafe.platform.http.Caller;
import carafe.platform.http.Page;
import carafe.platform.http.Problem;
import carafe.platform.http.ResponseStream;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Files, at the paths and with the shapes of Open WebUI ({@code /api/v1/files}); times there are epoch seconds. */
public final class FileRoutes {
    private static final Rule USER = Rule.of(Surface.WEBUI, Access.USER);
    private static final String FILES = "/api/v1/files";
    private static final String FILE = FILES + "/{id}";
    private static final int PAGE = 30;
    private static final int MOST_FOUND = 100;
    private static final int MAX_TEXT = 5_000_000;
    private static final long POLL_MS = 250;
    /** Whoever waits longer asks anew; reading ends within a minute, or two when others are before it. */
    private static final Duration WATCH = Duration.ofMinutes(10);

    private final UserFiles files;
    private final FileStore store;
    private final LiveSettings settings;
    private final Uploads uploads;
    private final Body body;
    private final Clock clock;

    public FileRoutes(UserFiles files, LiveSettings settings, Uploads uploads, Body body, Clock clock) {
        this.files = files;
        this.store = files.store();
        this.settings = settings;
        this.uploads = uploads;
        this.body = body;
        this.clock = clock;
    }

    public void register(Routes routes) {
        routes.post(FILES + "/", USER.withSpooledBody(UserFiles.MOST_BYTES + Rule.MEBIBYTE), this::upload);
        routes.get(FILES + "/", USER, this::list);
        routes.get(FILES + "/search", USER, this::search);
        routes.get(FILES + "/user/search", USER, this::search);
        routes.get(FILES + "/count", USER, this::count);
        routes.get(FILES + "/user/count", USER, this::count);
        routes.delete(FILES + "/all", Rule.of(Surface.WEBUI, Access.ADMIN), this::deleteAll);
        routes.get(FILE, USER, ctx -> ctx.json(json(file(ctx), true)));
        routes.get(FILE + "/process/status", USER, this::status);
        routes.get(FILE + "/data/content", USER, ctx -> content(ctx, file(ctx)));
        routes.post(FILE + "/data/content/update", USER.withMaxBody(16 * Rule.MEBIBYTE), this::setContent);
        routes.get(FILE + "/content", USER, this::download);
        routes.get(FILE + "/content/html", USER, this::download);
        routes.get(FILE + "/content/{name}", USER, this::download);
        routes.post(FILE + "/rename", USER, this::rename);
        routes.delete(FILE, USER, this::delete);
    }

    private void upload(Context ctx) throws IOException {
        long most = Math.min(UserFiles.MOST_BYTES, setting().orElse(UserFiles.MOST_BYTES));
        try (var upload = uploads.read(ctx, most)) {
            refuseEnding(upload.name());
            var file = files.add(
                    Caller.of(ctx).person().id(),
                    upload.name(),
                    upload.bytes(),
                    most,
                    upload.metadata(),
                    !"false".equals(ctx.queryParam("process")));
            ctx.json(json(file, false).put("status", true));
        }
    }

    /** Bytes of the largest file that admins allow. */
    private Optional<Long> setting() {
        var text = settings.text(Catalogue.FILE_MAX_SIZE);
        return text.matches("[1-9]\\d{0,5}") ? Optional.of(Long.parseLong(text) << 20) : Optional.empty();
    }

    private void refuseEnding(String name) {
        var allowed = settings.text(Catalogue.FILE_EXTENSIONS);
        var ending =
                name.contains(".") ? name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT) : "";
        if (!allowed.isBlank()
                && Arrays.stream(allowed.toLowerCase(Locale.ROOT).split("[,;\\s]+"))
                        .map(known -> known.startsWith(".") ? known.substring(1) : known)
                        .noneMatch(ending::equals)) {
            throw new Problem.BadRequest("Files of this kind (" + ending + ") are not allowed here.", "file");
        }
    }

    private void list(Context ctx) {
        var id = Caller.of(ctx).person().id();
        var answer = JsonNodeFactory.instance.objectNode();
        var items = answer.putArray("items");
        // never with their text: thirty files can hold a hundred megabytes of it
        store.page(id, "", PAGE, Page.offset(ctx, PAGE)).forEach(file -> items.add(json(file, false)));
        ctx.json(answer.put("total", store.count(id, "")));
    }

    private void search(Context ctx) {
        var pattern = Optional.ofNullable(ctx.queryParam("filename")).orElse("*");
        if (pattern.length() > 255) {
            throw new Problem.Unprocessable("'filename' is longer than 255 characters.", "filename");
        }
        var like = pattern.toLowerCase(Locale.ROOT)
                .replaceAll("([!%_])", "!$1")
                .replace('*', '%')
                .replace('?', '_');
        var found = JsonNodeFactory.instance.arrayNode();
        store.page(
                        Caller.of(ctx).person().id(),
                        like,
                        number(ctx, "limit", MOST_FOUND, MOST_FOUND),
                        number(ctx, "skip", 0, 1_000_000))
                .forEach(file -> found.add(json(file, false)));
        ctx.json(found);
    }

    private static int number(Context ctx, String name, int otherwise, int most) {
        var text = ctx.queryParam(name);
        if (text == null) {
            return otherwise;
        }
        if (!text.matches("\\d{1,7}") || Integer.parseInt(text) > most) {
            throw new Problem.Unprocessable("'" + name + "' must be from 0 to " + most + ".", name);
        }
        return Integer.parseInt(text);
    }

    private void count(Context ctx) {
        ctx.json(store.count(Caller.of(ctx).person().id(), ""));
    }

    private void deleteAll(Context ctx) {
        store.deleteAll();
        ctx.json(Map.of("message", "All files deleted successfully"));
    }

    /** As one object, or as a stream with an event whenever it changes or a second has passed, until the end. */
    private void status(Context ctx) throws IOException, InterruptedException {
        boolean streams = "true".equals(ctx.queryParam("stream"));
        var first = mine(ctx);
        if (!streams) {
            ctx.json(progress(first.orElseThrow(FileRoutes::unknown)));
            return;
        }
        var stream = ResponseStream.events(ctx);
        var until = clock.instant().plus(WATCH);
        var said = "";
        for (int tick = 0; ; tick++) {
            var now = mine(ctx)
                    .map(this::progress)
                    .orElseGet(() -> JsonNodeFactory.instance.objectNode().put("status", "not_found"));
            var text = now.toString();
            if (!text.equals(said) || tick % (1000 / POLL_MS) == 0) {
                stream.data(text);
                stream.flush();
                said = text;
            }
            var status = now.path("status").asText();
            boolean goesOn = status.equals("pending") || status.equals("processing");
            if (!goesOn || clock.instant().isAfter(until)) {
                return;
            }
            Thread.sleep(POLL_MS);
        }
    }

    private ObjectNode progress(StoredFile file) {
        var status = JsonNodeFactory.instance
                .objectNode()
                .put("status", file.status().wire());
        return file.error() == null ? status : status.put("error", file.error());
    }

    private void content(Context ctx, StoredFile file) {
        ctx.json(Map.of("content", store.text(file.id())));
    }

    private void setContent(Context ctx) {
        var file = file(ctx);
        var text = body.fields(ctx)
                .optionalText("content", MAX_TEXT)
                .orElseThrow(() -> new Problem.Unprocessable("'content' is required.", "content"));
        store.setText(file.id(), StoredFile.Status.COMPLETED, null, text.replace("\0", ""));
        content(ctx, file);
    }

    private void download(Context ctx) throws IOException {
        var file = file(ctx);
        Downloads.send(ctx, file, files.bytes(file));
    }

    private void rename(Context ctx) {
        var file = file(ctx);
        store.rename(file.id(), Uploads.name(body.fields(ctx).text("filename", 255)));
        ctx.json(json(file(ctx), false));
    }

    private void delete(Context ctx) {
        store.delete(file(ctx).id());
        ctx.json(Map.of("message", "File deleted successfully"));
    }

    private StoredFile file(Context ctx) {
        return mine(ctx).orElseThrow(FileRoutes::unknown);
    }

    private Optional<StoredFile> mine(Context ctx) {
        var id = ctx.pathParam("id");
        var caller = Caller.of(ctx);
        return caller.isAdmin() ? store.find(id) : store.find(caller.person().id(), id);
    }

    private static Problem unknown() {
        return new Problem.NotFound("file");
    }

    private ObjectNode json(StoredFile file, boolean withText) {
        var node = JsonNodeFactory.instance
                .objectNode()
                .put("id", file.id())
                .put("user_id", file.accountId())
                .put("hash", file.status() == StoredFile.Status.COMPLETED ? file.hash() : null)
                .put("filename", file.name());
        var data = node.putObject("data").put("status", file.status().wire());
        if (file.error() != null) {
            data.put("error", file.error());
        }
        if (withText) {
            data.put("content", store.text(file.id()));
        }
        node.putObject("meta")
                .put("name", file.name())
                .put("content_type", file.mediaType())
                .put("size", file.size())
                .put("file_hash", file.hash())
                .set("data", file.meta());
        return node.put("created_at", file.createdAt() / 1000)
                .put("updated_at", file.updatedAt() / 1000)
                .put("path", "");
    }
}
