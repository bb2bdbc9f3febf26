import io.javalin.Javalin;

/**
 * The floor to compare with: a handler that reads the body and answers the same bytes as the fake upstream, with nobody
 * behind it. {@code java -cp carafe.jar BareJavalin.java PORT ANSWER}.
 */
public final class BareJavalin {
    private BareJavalin() {}

    public static void main(String[] args) {
        int port = Integer.parseInt(args[0]);
        byte[] answer = args[1].getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        Javalin.start(config -> {
            config.concurrency.useVirtualThreads = true;
            config.startup.showJavalinBanner = false;
            config.jetty.host = "127.0.0.1";
            config.jetty.port = port;
            config.routes.get("/health", ctx -> ctx.result("ok"));
            config.routes.post("/v1/chat/completions", ctx -> {
                ctx.bodyAsBytes();
                ctx.contentType("application/json").result(answer);
            });
        });
    }
}
