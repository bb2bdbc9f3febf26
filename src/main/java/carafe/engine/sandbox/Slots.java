package carafe.engine.sandbox;

import java.util.BitSet;

/**
 * Places for containers, over all languages. Each place has a user id of its own, because the kernel keeps some budgets
 * (pipe pages, inotify instances, pending signals) per user id over all containers. Thread-safe.
 */
final class Slots {
    static final int FIRST_UID = 60_000;

    /** Jars on one engine take different blocks of this many user ids where they can. */
    static final int BLOCK = 64;

    static final int BLOCKS = 8;

    private final BitSet taken = new BitSet();
    private final int size;
    private int block;

    Slots(int size) {
        this.size = size;
    }

    synchronized void block(int chosen) {
        block = chosen;
    }

    /** The number of a free place, or -1. */
    synchronized int take() {
        int free = taken.nextClearBit(0);
        if (free >= size) {
            return -1;
        }
        taken.set(free);
        return free;
    }

    synchronized void give(int slot) {
        taken.clear(slot);
    }

    synchronized int free() {
        return size - taken.cardinality();
    }

    synchronized int uid(int slot) {
        return FIRST_UID + block * BLOCK + slot;
    }
}
