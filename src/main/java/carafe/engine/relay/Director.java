package carafe.engine.relay;

/** Decides what becomes of each request. Called on a loop, so it must not block. */
public interface Director {
    /** @param client the peer's address */
    Plan direct(Head request, String client);
}
