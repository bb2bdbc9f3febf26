package carafe.feature.chats.turns;

import carafe.engine.llm.LlmEvent;
import carafe.engine.llm.LlmFailure;
import carafe.feature.chats.Message;
import carafe.feature.chats.MessageState;
import carafe.feature.chats.MessageStore;
import carafe.feature.chats.TurnStore;
import carafe.feature.files.UserFiles;
import carafe.feature.models.Models;
import carafe.feature.models.Use;
import carafe.platform.db.Ids;
import carafe.platform.http.Caller;
import carafe.platform.http.Problem;
import carafe.platform.realtime.Events;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The turns this process is writing. A turn belongs to the server: it goes on when its reader leaves, and whoever comes
 * later sees it from its beginning. Each has a thread of its own; a chat has at most one.
 */
public final class Turns implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Turns.class);
    private static final int MOST = 5_000;
    private static final int MOST_A_PERSON = 20;
    private static final int HISTORY = 500;
    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final Duration LAST_RETRY = Duration.ofMinutes(10);

    private final TurnStore store;
    private final MessageStore messages;
    private final Models models;
    private final Events events;
    private final TurnSockets sockets;
    private final Ids ids;
    private final ObjectMapper mapper;
    private final Prompt prompt;
    private final Duration patience;
    private final Map<String, RunningTurn> running = new ConcurrentHashMap<>();
    private final List<Consumer<RunningTurn>> followers = new CopyOnWriteArrayList<>();
    private volatile boolean stopping;

    /** @param patience how long running turns may go on at {@link #close} */
    public Turns(
            TurnStore store,
            MessageStore messages,
            Models models,
            Events events,
            TurnSockets sockets,
            UserFiles files,
            Ids ids,
            ObjectMapper mapper,
            Duration patience) {
        this.store = store;
        this.messages = messages;
        this.models = models;
        this.events = events;
        this.sockets = sockets;
        this.ids = ids;
        this.mapper = mapper;
        this.prompt = new Prompt(new Attachments(files), mapper);
        this.patience = patience;
    }

    /** Stores the question and begins to answer it. */
    TurnStore.Turn start(Caller caller, TurnStore.NewTurn asked, Prompt.Params params) {
        refuseTooMany(asked.accountId(), 1);
        var turn = store.begin(asked);
        write(caller, asked.model(), turn, of -> prompt.request(pathOf(of), params, asked.accountId()), Turns::nothing);
        return turn;
    }

    private static void nothing(TurnStore.Turn turn, RunningTurn.Ended ended) {}

    /**
     * Writes the answer of a turn that has begun, on a thread of its own.
     *
     * @param request makes the chat completion request, without model
     * @param afterwards runs on the same thread when the answer is stored and told
     */
    void write(
            Caller caller,
            String model,
            TurnStore.Turn turn,
            Function<TurnStore.Turn, ObjectNode> request,
            BiConsumer<TurnStore.Turn, RunningTurn.Ended> afterwards) {
        write(caller, "webui", model, turn, request, afterwards);
    }

    /** As the other, for another {@code surface}, under which the call is booked. */
    public RunningTurn write(
            Caller caller,
            String surface,
            String model,
            TurnStore.Turn turn,
            Function<TurnStore.Turn, ObjectNode> request,
            BiConsumer<TurnStore.Turn, RunningTurn.Ended> afterwards) {
        var run = new RunningTurn(turn, model);
        running.put(run.key(), run);
        tellActive(turn, true);
        sockets.follow(run);
        followers.forEach(follower -> follower.accept(run));
        Thread.ofVirtual().name("turn").start(() -> {
            var ended = write(caller, surface, request, run);
            afterwards.accept(turn, ended);
        });
        return run;
    }

    /** Tells {@code follower} of each turn before it begins to write; it must not wait. */
    public void whenBegun(Consumer<RunningTurn> follower) {
        followers.add(follower);
    }

    /** What a chat is called after its first question, in one line. */
    public static String title(String question) {
        return TurnRoutes.title(question);
    }

    /** The stored messages that lead to an answer, with its beginning where it has one. */
    public List<Message> pathOf(TurnStore.Turn turn) {
        var leaf = turn.beginning().isBlank() ? turn.userMessageId() : turn.messageId();
        return messages.path(turn.chatId(), leaf, HISTORY);
    }

    /** Tells a socket of the account that just came what is being written. */
    public void tellAnew(String accountId) {
        running.values().stream()
                .filter(run -> run.turn.accountId().equals(accountId))
                .forEach(sockets::follow);
    }

    /** As {@link #pathOf}, with the answer as it is stored. */
    List<Message> withAnswer(TurnStore.Turn turn) {
        return messages.path(turn.chatId(), turn.messageId(), HISTORY);
    }

    Optional<Message> stored(String chatId, String messageId) {
        return messages.find(chatId, messageId);
    }

    /** @throws Problem when {@code more} answers cannot be begun now */
    void refuseTooMany(String accountId, int more) {
        refuseTooMany(accountId, more, MOST_A_PERSON);
    }

    /** For programs that speak for many people: one account may have half of all. */
    public void refuseTooMany(String accountId) {
        refuseTooMany(accountId, 1, MOST / 2);
    }

    private void refuseTooMany(String accountId, int more, int mostOwn) {
        if (stopping) {
            throw new Problem.Upstream(503, "stopping", "The server is about to stop. Try again in a moment.");
        }
        long own = running.values().stream()
                .filter(run -> run.turn.accountId().equals(accountId))
                .count();
        if (running.size() + more > MOST || own + more > mostOwn) {
            throw new Problem.TooMany(
                    "Too many answers are being written at once; wait for one to end.", Duration.ofSeconds(5));
        }
    }

    /** The running turn that writes {@code messageId}, if this process does. */
    Optional<RunningTurn> find(String accountId, String chatId, String messageId) {
        return Optional.ofNullable(running.get(RunningTurn.key(chatId, messageId)))
                .filter(run -> run.turn.accountId().equals(accountId));
    }

    /** What this process writes in a chat, the first where several answers stand side by side. */
    public Optional<RunningTurn> running(String accountId, String chatId) {
        return own(accountId, turn -> turn.chatId().equals(chatId)).stream().findFirst();
    }

    /** The answers to a chat that is not stored, while this process writes them. */
    List<String> temporary(String accountId, String chatId) {
        return own(accountId, turn -> turn.chatId().equals(chatId)).stream()
                .map(run -> run.turn.messageId())
                .toList();
    }

    /** Ends the turns of a chat and waits until their text is stored; how many there were. */
    public int stop(String accountId, String chatId) throws InterruptedException {
        return stop(chatId, own(accountId, turn -> turn.chatId().equals(chatId)));
    }

    /** The answers that this process writes for anybody. */
    List<String> tasks() {
        return running.values().stream().map(run -> run.turn.messageId()).toList();
    }

    /** Ends the turn that writes an answer, whatever chat it is in; of everybody where no account is given. */
    int stopTask(@Nullable String accountId, String messageId) throws InterruptedException {
        return stop(
                messageId,
                running.values().stream()
                        .filter(run -> run.turn.messageId().equals(messageId)
                                && (accountId == null || run.turn.accountId().equals(accountId)))
                        .toList());
    }

    private List<RunningTurn> own(String accountId, Predicate<TurnStore.Turn> which) {
        return running.values().stream()
                .filter(run -> run.turn.accountId().equals(accountId) && which.test(run.turn))
                .toList();
    }

    private static int stop(String what, List<RunningTurn> own) throws InterruptedException {
        own.forEach(run -> run.cancellation.cancel());
        for (var run : own) {
            if (!run.awaitEnd(5, TimeUnit.SECONDS)) {
                log.warn("a turn does not end id={}", what);
            }
        }
        return own.size();
    }

    private RunningTurn.Ended write(
            Caller caller, String surface, Function<TurnStore.Turn, ObjectNode> request, RunningTurn run) {
        var writer = new TurnWriter(run, store);
        try {
            var use = new Use(caller, surface, "chat", run.turn.chatId(), ids.next());
            var reply = models.call(use, run.model, request.apply(run.turn), writer, run.cancellation);
            writer.times(reply.firstMs(), reply.totalMs());
        } catch (RuntimeException e) {
            log.error("a turn failed chat={}", run.turn.chatId(), e);
            writer.accept(new LlmEvent.Failed(
                    new LlmFailure(500, "internal_error", "Something went wrong on our side. The log has more.")));
        }
        return end(run, writer);
    }

    private RunningTurn.Ended end(RunningTurn run, TurnWriter writer) {
        writer.stopSaving();
        var ended = writer.ended(run.cancellation.isCancelled(), stopping);
        var state = MessageState.valueOf(ended.state().toUpperCase(java.util.Locale.ROOT));
        var ending = new TurnStore.Ending(state, run.content(), body(run, ended), ended.output());
        try {
            finish(run.turn, ending);
        } catch (RuntimeException e) {
            log.error("an answer could not be stored, and is tried again chat={}", run.turn.chatId(), e);
            Thread.ofVirtual().name("turn-end").start(() -> finishLater(run.turn, ending));
        } finally {
            running.remove(run.key());
            boolean others = running.values().stream()
                    .anyMatch(other -> other.turn.chatId().equals(run.turn.chatId()));
            run.end(ended, others);
            tellActive(run.turn, false);
        }
        return ended;
    }

    private void finish(TurnStore.Turn turn, TurnStore.Ending ending) {
        if (!store.finish(turn, ending)) {
            log.warn("a turn was taken over by another node chat={}", turn.chatId());
        }
    }

    /** A turn that does not end keeps its chat from going on. A server that starts ends those that are left. */
    private void finishLater(TurnStore.Turn turn, TurnStore.Ending ending) {
        for (var wait = FIRST_RETRY; !stopping && wait.compareTo(LAST_RETRY) <= 0; wait = wait.multipliedBy(2)) {
            try {
                Thread.sleep(wait);
                finish(turn, ending);
                return;
            } catch (InterruptedException e) {
                return; // nobody does
            } catch (RuntimeException e) {
                log.warn("an answer still could not be stored chat={} cause={}", turn.chatId(), e.toString());
            }
        }
    }

    private ObjectNode body(RunningTurn run, RunningTurn.Ended ended) {
        var body = mapper.createObjectNode();
        if (!run.reasoning().isEmpty()) {
            body.put("reasoning", run.reasoning()).put("reasoning_seconds", run.secondsOfThought());
        }
        if (ended.error() != null) {
            body.putObject("error").put("content", ended.error());
        }
        if (ended.input() + ended.output() > 0) {
            body.putObject("usage")
                    .put("prompt_tokens", ended.input())
                    .put("completion_tokens", ended.output())
                    .put("input_tokens", ended.input())
                    .put("output_tokens", ended.output())
                    .put("total_tokens", ended.input() + ended.output());
        }
        return body;
    }

    private void tellActive(TurnStore.Turn turn, boolean active) {
        var data = mapper.createObjectNode()
                .put("type", "chat:active")
                .put("chat_id", turn.chatId())
                .put("message_id", turn.messageId())
                .put("active", active);
        events.publish("account:" + turn.accountId(), new Events.Event("chat", data));
    }

    /** Takes no new turns, lets the running ones end for a while, then stores what they have. */
    @Override
    public void close() {
        stopping = true;
        long deadline = System.nanoTime() + patience.toNanos();
        try {
            for (var run : List.copyOf(running.values())) {
                if (!run.awaitEnd(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    run.cancellation.cancel();
                }
            }
            for (var run : List.copyOf(running.values())) {
                if (!run.awaitEnd(5, TimeUnit.SECONDS)) {
                    log.warn("a turn did not end before the stop chat={}", run.turn.chatId());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
