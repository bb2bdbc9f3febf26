package carafe.feature.gateway;

import carafe.engine.llm.LlmEvent;
import carafe.engine.llm.LlmFailure;
import carafe.feature.models.RawAnswer;

/** An answer in one piece that is kept instead of sent. */
final class KeptAnswer implements RawAnswer {
    private byte[] bytes = new byte[0];

    byte[] bytes() {
        return bytes;
    }

    @Override
    public void begin(int status, String contentType) {}

    @Override
    public void whole(byte[] all) {
        bytes = all;
    }

    @Override
    public void send(byte[] piece, int offset, int length, Runnable sent) {
        throw new IllegalStateException("a stream that nobody asked for");
    }

    @Override
    public void flush() {}

    @Override
    public void tear(LlmFailure failure) {}

    @Override
    public void event(LlmEvent event) {
        throw new IllegalStateException("events of a call without a translation");
    }

    @Override
    public void afterwards(Runnable sent) {
        sent.run();
    }
}
