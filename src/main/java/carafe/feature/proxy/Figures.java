package carafe.feature.proxy;

/** Calls summed up: how many, how many failed, bytes that came, and how long they took. */
final class Figures {
    long calls;
    long errors;
    long bytes;
    long nanos;
    final Spread spread = new Spread();

    void add(boolean failed, long newBytes, long duration) {
        calls++;
        errors += failed ? 1 : 0;
        bytes += newBytes;
        nanos += duration;
        spread.add(duration);
    }

    void add(Figures other) {
        calls += other.calls;
        errors += other.errors;
        bytes += other.bytes;
        nanos += other.nanos;
        spread.add(other.spread);
    }

    double averageMs() {
        return calls == 0 ? 0 : nanos / 1e6 / calls;
    }

    double successRate() {
        return calls == 0 ? 1 : (double) (calls - errors) / calls;
    }
}
