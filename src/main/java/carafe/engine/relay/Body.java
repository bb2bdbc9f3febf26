package carafe.engine.relay;

import java.nio.ByteBuffer;

/** Finds where a message's body ends, and hands its content on without the framing (RFC 9112, sections 6 and 7). */
sealed interface Body {
    /** Takes content; the buffer is only good until the method returns. */
    interface Taker {
        void take(ByteBuffer piece);
    }

    /** Reads from {@code in} until it is empty or the body is complete. */
    void feed(ByteBuffer in, Taker taker) throws BadMessage;

    boolean complete();

    /** Whether the end of the connection is the end of this body. */
    default boolean endsWithConnection() {
        return false;
    }

    private static void pass(ByteBuffer in, int count, Taker taker) {
        int end = in.limit();
        in.limit(in.position() + count);
        taker.take(in);
        in.position(in.limit());
        in.limit(end);
    }

    /** As many bytes as {@code Content-Length} says. */
    final class Counted implements Body {
        private long left;

        Counted(long length) {
            this.left = length;
        }

        @Override
        public void feed(ByteBuffer in, Taker taker) {
            int count = (int) Math.min(left, in.remaining());
            if (count > 0) {
                left -= count;
                pass(in, count, taker);
            }
        }

        @Override
        public boolean complete() {
            return left == 0;
        }
    }

    /** Everything until the connection ends; responses only. */
    final class UntilClose implements Body {
        @Override
        public void feed(ByteBuffer in, Taker taker) {
            pass(in, in.remaining(), taker);
        }

        @Override
        public boolean complete() {
            return false;
        }

        @Override
        public boolean endsWithConnection() {
            return true;
        }
    }

    /** Chunks with their sizes. Extensions and trailers are read over and end here. */
    final class Chunked implements Body {
        private static final int MOST_DIGITS = 15;
        private static final int MOST_EXTENSION = 1024;
        private static final int MOST_TRAILERS = 8 << 10;

        private enum At {
            SIZE,
            EXTENSION,
            SIZE_LF,
            DATA,
            DATA_CR,
            DATA_LF,
            TRAILER_START,
            TRAILER,
            TRAILER_LF,
            END_LF,
            END
        }

        private At at = At.SIZE;
        private long size;
        private int digits;
        private int skipped;

        @Override
        public boolean complete() {
            return at == At.END;
        }

        @Override
        public void feed(ByteBuffer in, Taker taker) throws BadMessage {
            while (in.hasRemaining() && at != At.END) {
                if (at == At.DATA) {
                    int count = (int) Math.min(size, in.remaining());
                    size -= count;
                    if (size == 0) {
                        at = At.DATA_CR;
                    }
                    pass(in, count, taker);
                } else {
                    frame(in.get());
                }
            }
        }

        private void frame(byte b) throws BadMessage {
            switch (at) {
                case SIZE -> size(b);
                case EXTENSION -> {
                    if (b == '\r') {
                        at = At.SIZE_LF;
                    } else if (++skipped > MOST_EXTENSION || (b >= 0 && b < ' ' && b != '\t')) {
                        throw new BadMessage("a chunk's extension is too long or not text");
                    }
                }
                case SIZE_LF -> {
                    lineFeed(b);
                    at = size == 0 ? At.TRAILER_START : At.DATA;
                    digits = 0;
                    skipped = 0;
                }
                case DATA_CR -> {
                    if (b != '\r') {
                        throw new BadMessage("a chunk is longer than its size");
                    }
                    at = At.DATA_LF;
                }
                case DATA_LF -> {
                    lineFeed(b);
                    at = At.SIZE;
                }
                case TRAILER_START -> at = b == '\r' ? At.END_LF : trailer(b);
                case TRAILER -> at = b == '\r' ? At.TRAILER_LF : trailer(b);
                case TRAILER_LF -> {
                    lineFeed(b);
                    at = At.TRAILER_START;
                }
                case END_LF -> {
                    lineFeed(b);
                    at = At.END;
                }
                case DATA, END -> throw new IllegalStateException("data is not framing");
            }
        }

        private void size(byte b) throws BadMessage {
            int digit = Character.digit((char) (b & 0xff), 16);
            if (digit >= 0 && b > 0) {
                if (++digits > MOST_DIGITS) {
                    throw new BadMessage("a chunk's size has more than " + MOST_DIGITS + " digits");
                }
                size = size * 16 + digit;
            } else if (digits > 0 && b == '\r') {
                at = At.SIZE_LF;
            } else if (digits > 0 && (b == ';' || b == ' ' || b == '\t')) {
                at = At.EXTENSION;
            } else {
                throw new BadMessage("a chunk's size is not a number");
            }
        }

        private At trailer(byte b) throws BadMessage {
            if (++skipped > MOST_TRAILERS || (b >= 0 && b < ' ' && b != '\t')) {
                throw new BadMessage("the trailers are too long or not text");
            }
            return At.TRAILER;
        }

        private static void lineFeed(byte b) throws BadMessage {
            if (b != '\n') {
                throw new BadMessage("a line of the chunked body does not end with CR LF");
            }
        }
    }
}
