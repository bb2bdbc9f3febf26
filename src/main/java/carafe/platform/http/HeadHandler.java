package carafe.platform.http;

import io.javalin.http.Context;
import java.util.function.Predicate;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * HEAD is answered as GET, and Jetty sends no body (RFC 9110, section 9.3.2). Javalin alone would answer 200 to anybody
 * wherever there is a GET, without asking its rule.
 */
final class HeadHandler extends Handler.Wrapper {
    private static final String ASKED = "carafe.head";

    private final Predicate<String> own;

    /** @param own paths where HEAD has a meaning of its own */
    HeadHandler(Predicate<String> own) {
        this.own = own;
    }

    /** A HEAD that is answered as a GET. */
    private static final class AsGet extends Request.Wrapper {
        AsGet(Request request) {
            super(request);
            setAttribute(ASKED, true);
        }

        @Override
        public String getMethod() {
            return "GET";
        }
    }

    /** Whether nobody will read the body. */
    static boolean asked(Context ctx) {
        return ctx.req().getAttribute(ASKED) != null;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        boolean asGet = request.getMethod().equals("HEAD")
                && !own.test(request.getHttpURI().getDecodedPath());
        return super.handle(asGet ? new AsGet(request) : request, response, callback);
    }
}
