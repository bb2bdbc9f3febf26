package carafe.engine.relay;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** Lets a blocking thread ask: what happens on the loop is queued for it, and its request's body is fed to the loop. */
final class Bridge implements Downstream {
    private static final int MANY = 256 << 10;
    private static final int PIECE = 16 << 10;

    /** What the loop has to say, in order. */
    private sealed interface Item {
        record Begin(Head response, long length) implements Item {}

        record Piece(byte[] bytes) implements Item {}

        record Refuse(Plan.Answer answer) implements Item {}

        record End() implements Item {}

        record Tear() implements Item {}
    }

    private final Lane lane;
    private final Exchange exchange;
    private final boolean chunked;
    private final BlockingQueue<Item> items = new LinkedBlockingQueue<>();
    private final AtomicInteger queued = new AtomicInteger();
    private final Semaphore wanted = new Semaphore(0);
    private volatile boolean over;
    private boolean paused;
    private boolean pieceWaits;

    Bridge(Lane lane, Head request, long length, Plan.Forward plan) {
        this.lane = lane;
        this.exchange = new Exchange(lane, this, request, length, plan);
        this.chunked = length != 0;
    }

    /** Returns when the answer is complete. @throws IOException when it broke off, or {@code answer} could not take it */
    void run(InputStream body, Answering answer) throws IOException {
        lane.loop().run(exchange::start);
        if (chunked) {
            Thread.startVirtualThread(() -> feed(body));
        } else {
            lane.loop().run(exchange::bodyEnd);
        }
        try {
            while (take(answer)) {}
        } catch (IOException | RuntimeException e) {
            lane.loop().run(exchange::clientGone);
            throw e;
        } finally {
            over = true;
            wanted.release(); // the feeder may wait
        }
    }

    private boolean take(Answering answer) throws IOException {
        switch (next()) {
            case Item.Begin(var response, var length) -> begin(answer, response, length);
            case Item.Piece(var bytes) -> {
                answer.piece(bytes);
                int before = queued.getAndAdd(-bytes.length);
                if (before > MANY && before - bytes.length <= MANY) {
                    lane.loop().run(() -> exchange.clientClogged(false));
                }
            }
            case Item.Refuse(var refusal) -> {
                answer.refused(refusal);
                return false;
            }
            case Item.End() -> {
                return false;
            }
            case Item.Tear() -> throw new IOException("the upstream broke off");
        }
        return true;
    }

    private Item next() throws IOException {
        try {
            return items.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("stopping");
        }
    }

    private static void begin(Answering answer, Head response, long length) throws IOException {
        answer.begin(response.status());
        var ending = response.connectionNames();
        for (int i = 0; i < response.count(); i++) {
            boolean kept = switch (response.kind(i)) {
                case HOP, CONNECTION, TRANSFER_ENCODING -> false;
                case CONTENT_LENGTH -> length >= 0;
                case OTHER, HOST, COOKIE, EXPECT, FORWARDED_FOR -> !RequestHead.ends(response, i, ending);
            };
            if (kept) {
                answer.field(response.name(i), response.value(i));
            }
        }
        answer.begun();
    }

    /** Hands the body over, a piece at a time, as it is wanted. */
    private void feed(InputStream body) {
        var buffer = new byte[PIECE];
        try {
            for (int count = body.read(buffer); count >= 0 && !over; count = body.read(buffer)) {
                var piece = ByteBuffer.wrap(buffer, 0, count);
                lane.loop().run(() -> {
                    exchange.body(piece);
                    pieceWaits = true;
                    letOn();
                });
                wanted.acquire();
            }
            lane.loop().run(exchange::bodyEnd);
        } catch (IOException e) {
            lane.loop().run(exchange::clientGone); // it left in the middle of its request
            items.add(new Item.Tear());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- on the loop --------------------------------------------------------------------------

    private void letOn() {
        if (pieceWaits && !paused) {
            pieceWaits = false;
            wanted.release();
        }
    }

    @Override
    public void wantBody(boolean more) {
        paused = !more;
        letOn();
    }

    @Override
    public void interim(Head response) {
        // a servlet cannot pass these on
    }

    @Override
    public void begin(Head response, long length) {
        items.add(new Item.Begin(response, length));
    }

    @Override
    public void piece(ByteBuffer piece) {
        var bytes = new byte[piece.remaining()];
        piece.get(bytes);
        items.add(new Item.Piece(bytes));
        if (queued.addAndGet(bytes.length) > MANY) {
            exchange.clientClogged(true);
        }
    }

    @Override
    public void end() {
        items.add(new Item.End());
    }

    @Override
    public void refuse(Plan.Answer answer) {
        items.add(new Item.Refuse(answer));
    }

    @Override
    public void tear() {
        items.add(new Item.Tear());
    }
}
