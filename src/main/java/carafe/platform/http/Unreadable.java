package carafe.platform.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Answers what the web server refuses before any route sees it: addresses with broken escapes, headers that are too large
 * or no HTTP at all. In the shape of the API that the address belongs to, like every other refusal. The connection ends:
 * nobody knows where the next request would begin.
 */
final class Unreadable extends ErrorHandler {
    @Override
    public boolean errorPageForMethod(String method) {
        return true;
    }

    @Override
    protected void generateResponse(
            Request request,
            Response response,
            int code,
            @Nullable String message,
            @Nullable Throwable cause,
            Callback callback) {
        var why = code >= 500 || message == null ? HttpStatus.getMessage(code) : message;
        var problem = new Problem.BadRequest("The request cannot be read: " + why + ".");
        var id = RequestId.fresh();
        var headers = response.getHeaders();
        headers.put(HttpHeader.CONTENT_TYPE, "application/json");
        headers.put(HttpHeader.CONNECTION, "close");
        headers.put("X-Content-Type-Options", "nosniff");
        headers.put(RequestId.HEADER, id);
        var path = request.getHttpURI() == null ? null : request.getHttpURI().getPath();
        var body = Errors.bodyOf(problem, path == null ? "/" : path, Request.getTimeStamp(request), id);
        var bytes = ByteBuffer.wrap(body.toString().getBytes(StandardCharsets.UTF_8));
        var endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
        response.write(true, bytes, Callback.from(() -> Rest.take(endPoint), callback));
    }
}
