package carafe.engine.llm.local.host;

import java.nio.file.Path;

/**
 * What the parent tells the child on its command line; the secret comes through stdin instead.
 *
 * @param ready file in a private folder that receives the port once the model is loaded
 * @param id the name under which answers are signed
 * @param engines a divisor of the slots: as many are each engine's
 * @param context tokens of each slot, prompt and answer together
 * @param threads of all engines together; each has one at least
 */
public record HostArguments(Path model, Path ready, String id, int slots, int engines, int context, int threads) {
    /** The record as command-line arguments, in the order that {@link #parse} reads. */
    public String[] toArray() {
        return new String[] {
            model.toString(),
            ready.toString(),
            id,
            Integer.toString(slots),
            Integer.toString(engines),
            Integer.toString(context),
            Integer.toString(threads)
        };
    }

    static HostArguments parse(String[] args) {
        if (args.length != 7) {
            throw new IllegalArgumentException("this command is started by the server itself");
        }
        return new HostArguments(
                Path.of(args[0]),
                Path.of(args[1]),
                args[2],
                Integer.parseInt(args[3]),
                Integer.parseInt(args[4]),
                Integer.parseInt(args[5]),
                Integer.parseInt(args[6]));
    }
}
