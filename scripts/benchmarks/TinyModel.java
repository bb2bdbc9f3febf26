import java.nio.file.Path;

/** Writes the tests' model of random weights: {@code java -cp target/test-classes TinyModel.java FILE CONTEXT}. */
public final class TinyModel {
    private TinyModel() {}

    public static void main(String[] args) throws ReflectiveOperationException {
        // By name: the class is compiled with the tests, and the other programs beside this one need no class path.
        Class.forName("carafe.engine.llm.local.TinyGguf")
                .getMethod("write", Path.class, int.class)
                .invoke(null, Path.of(args[0]), Integer.parseInt(args[1]));
    }
}
