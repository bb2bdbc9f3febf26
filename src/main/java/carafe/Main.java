package carafe;

/** The command line: {@code java -jar carafe.jar [model …]}. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {}
}
