import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a newcomer does, over HTTP: signs up, picks the model that is there and reads its answer. */
public final class FirstAnswer {
    private FirstAnswer() {}

    public static void main(String[] args) throws Exception {
        var api = new Api(args[0]);
        api.signUp();
        Matcher model = Pattern.compile("\"id\"\\s*:\\s*\"([^\"]+)\"").matcher(api.get("/api/models"));
        if (!model.find()) throw new IllegalStateException("no model is listed");
        var outcome = api.follow(api.turn(null, null, model.group(1), "What is the capital of France?", 40), () -> {});
        System.out.println(model.group(1) + ": " + outcome.text());
        if (!outcome.state().equals("done") || outcome.text().isBlank()) throw new IllegalStateException(outcome.toString());
    }
}
