package carafe.feature.workflows;

import carafe.engine.workflow.FlowCode;
import carafe.engine.workflow.FlowFailure;
import carafe.platform.http.Access;
import carafe.platform.http.Caller;
import carafe.platform.http.Problem;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import jakarta.servlet.MultipartConfigElement;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.Part;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Files for runs: rows 11 and 12 of the contract's section 1, and the addresses that they answer with. */
final class FileFlowRoutes {
    private static final Logger log = LoggerFactory.getLogger(FileFlowRoutes.class);
    private static final int MOST_FILES = 20;
    private static final int IN_MEMORY = 256 << 10;

    private final FlowFiles files;
    private final FlowSettings settings;
    private final Sids sids;
    private final Supplier<String> ids;
    private final ObjectMapper mapper;

    FileFlowRoutes(FlowFiles files, FlowSettings settings, Sids sids, Supplier<String> ids, ObjectMapper mapper) {
        this.files = files;
        this.settings = settings;
        this.sids = sids;
        this.ids = ids;
        this.mapper = mapper;
    }

    void register(Routes routes) {
        var rule = Rule.of(Surface.FLOW, Access.FLOW);
        routes.post(
                "/workflow/v1/upload_file",
                rule.withSpooledBody(settings.uploadBytes() + Rule.MEBIBYTE),
                with(this::one));
        routes.post(
                "/workflow/v1/upload_files",
                rule.withSpooledBody(MOST_FILES * settings.uploadBytes() + Rule.MEBIBYTE),
                with(this::several));
        // signed addresses: whoever has one may read that one file
        routes.get("/workflow/v1/files/{id}/{name}", Rule.of(Surface.WEBUI, Access.PUBLIC), this::read);
    }

    private Handler with(Handler handler) {
        return FlowRules.with(sids, handler);
    }

    private void one(Context ctx) throws IOException {
        var urls = store(ctx, "file", 1);
        FlowRules.success(ctx, mapper.createObjectNode().put("url", urls.getFirst()));
    }

    private void several(Context ctx) throws IOException {
        var answer = mapper.createObjectNode();
        var list = answer.putArray("urls");
        store(ctx, "files", MOST_FILES).forEach(list::add);
        FlowRules.success(ctx, answer);
    }

    private List<String> store(Context ctx, String field, int most) throws IOException {
        var type = ctx.contentType();
        if (type == null || !type.startsWith("multipart/form-data")) {
            throw new Problem.UnsupportedType("multipart/form-data");
        }
        Files.createDirectories(settings.uploads());
        ctx.req()
                .setAttribute(
                        "org.eclipse.jetty.multipartConfig",
                        new MultipartConfigElement(
                                settings.uploads().toString(), settings.uploadBytes() + 1, -1, IN_MEMORY));
        var urls = new ArrayList<String>();
        var parts = parts(ctx, field);
        try {
            if (parts.isEmpty() || parts.size() > most) {
                throw FlowRules.invalid("body->" + field, mapper.missingNode(), "Field required", "missing");
            }
            parts.forEach(this::check);
            for (var part : parts) {
                urls.add(origin(ctx) + files.address(store(ctx, part)));
            }
            return urls;
        } finally {
            for (var part : parts) {
                part.delete();
            }
        }
    }

    private static List<Part> parts(Context ctx, String field) throws IOException {
        try {
            return ctx.req().getParts().stream()
                    .filter(part ->
                            part.getName().equals(field) || part.getName().equals(field + "[]"))
                    .filter(part -> part.getSubmittedFileName() != null)
                    .toList();
        } catch (ServletException | IllegalStateException e) {
            throw new FlowFailure(FlowCode.FILE, "the form cannot be read, or a file is too large");
        }
    }

    private void check(Part part) {
        var name = part.getSubmittedFileName();
        var ending = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        if (!settings.fileTypes().mayUpload(ending)) {
            throw new FlowFailure(FlowCode.FILE, "files of the type " + ending + " are not taken");
        }
        if (part.getSize() > settings.uploadBytes()) {
            throw new FlowFailure(FlowCode.FILE, "it is larger than " + settings.uploadBytes() + " bytes");
        }
    }

    private FlowFiles.Upload store(Context ctx, Part part) {
        var party = Party.of(Caller.of(ctx));
        var name = part.getSubmittedFileName();
        try (var in = part.getInputStream()) {
            return files.store(
                    ids.get(),
                    party.appId().isEmpty() ? String.valueOf(party.accountId()) : party.appId(),
                    name.length() > 200 ? name.substring(name.length() - 200) : name,
                    Objects.requireNonNullElse(part.getContentType(), "application/octet-stream"),
                    in,
                    settings.uploadBytes());
        } catch (IOException e) {
            log.warn("an uploaded file could not be stored", e);
            throw new FlowFailure(FlowCode.FILE_STORAGE, "");
        }
    }

    private static String origin(Context ctx) {
        return ctx.scheme() + "://" + Objects.requireNonNullElse(ctx.header("Host"), "localhost");
    }

    private void read(Context ctx) throws IOException {
        var upload = files.find(
                        ctx.pathParam("id"),
                        Objects.requireNonNullElse(ctx.queryParam("expires"), ""),
                        Objects.requireNonNullElse(ctx.queryParam("signature"), ""))
                .orElseThrow(() -> new Problem.NotFound("file"));
        // never shown in our origin: whoever uploaded it decides what is in it
        ctx.header("Content-Disposition", "attachment");
        ctx.header("Content-Security-Policy", "sandbox");
        ctx.contentType("application/octet-stream");
        ctx.res().setContentLengthLong(upload.size());
        ctx.result(files.open(upload));
    }
}
