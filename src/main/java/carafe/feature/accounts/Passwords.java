package carafe.feature.accounts;

import at.favre.lib.crypto.bcrypt.BCrypt;
import carafe.platform.http.Problem;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * bcrypt at cost {@value #COST}, on two threads of its own: hashing must not hold the carriers of all requests. When
 * {@value #QUEUE} wait already, the next is told to come back. bcrypt reads 72 bytes; more are refused for a new
 * password and cut when one is checked, as other bcrypt libraries do.
 */
public final class Passwords implements AutoCloseable {
    static final int MAX_BYTES = 72;
    private static final int COST = 10;
    private static final int THREADS = 2;
    private static final int QUEUE = 64;

    private final ThreadPoolExecutor pool = new ThreadPoolExecutor(
            THREADS,
            THREADS,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(QUEUE),
            Thread.ofPlatform().name("password-", 0).daemon().factory());
    private final byte[] nobody;

    public Passwords() {
        var salt = new byte[BCrypt.SALT_LENGTH];
        var never = new byte[16];
        new SecureRandom().nextBytes(salt);
        new SecureRandom().nextBytes(never);
        // the right form with a hash that no password has: made without hashing, so that the start does not wait for it
        var raw = new byte[23];
        new SecureRandom().nextBytes(raw);
        this.nobody = BCrypt.Version.VERSION_2B.formatter.createHashMessage(
                new BCrypt.HashData(COST, BCrypt.Version.VERSION_2B, salt, raw));
    }

    /** @throws Problem.BadRequest for more than 72 bytes, {@link Problem.TooMany} when the queue is full */
    String hash(String password) {
        byte[] bytes = password.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > MAX_BYTES) {
            throw new Problem.BadRequest("The password is longer than " + MAX_BYTES + " bytes.", "password");
        }
        return run(() -> new String(BCrypt.with(version(bytes)).hash(COST, bytes), StandardCharsets.US_ASCII));
    }

    /** Whether it is the password of {@code hash}; without a hash it is not, after the same time. */
    boolean verify(String password, @Nullable String hash) {
        byte[] whole = password.getBytes(StandardCharsets.UTF_8);
        byte[] bytes = whole.length > MAX_BYTES ? Arrays.copyOf(whole, MAX_BYTES) : whole;
        byte[] stored = hash == null ? nobody : hash.getBytes(StandardCharsets.US_ASCII);
        return run(() -> BCrypt.verifyer(version(bytes)).verify(bytes, stored).verified);
    }

    /** The library takes 71 bytes and the end mark, or 72 without it; both are the one bcrypt. */
    private static BCrypt.Version version(byte[] password) {
        return password.length == MAX_BYTES ? BCrypt.Version.VERSION_2Y_NO_NULL_TERMINATOR : BCrypt.Version.VERSION_2B;
    }

    private <T> T run(Callable<T> work) {
        var task = new FutureTask<>(work);
        try {
            pool.execute(task);
            return task.get();
        } catch (RejectedExecutionException e) {
            throw new Problem.TooMany(
                    "Too many people are signing in right now. Try again in a moment.", Duration.ofSeconds(2));
        } catch (InterruptedException e) {
            task.cancel(false);
            Thread.currentThread().interrupt();
            throw new Problem.TooMany("The server is stopping. Try again in a moment.", Duration.ofSeconds(5));
        } catch (ExecutionException e) {
            throw new IllegalStateException("bcrypt failed", e.getCause());
        }
    }

    @Override
    public void close() {
        pool.shutdownNow();
    }
}
