package carafe.engine.sandbox;

import carafe.engine.sandbox.EngineException.Kind;
import com.github.dockerjava.api.command.InspectImageResponse;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which image each language runs in: the one the operator named, else the first of the language's own that the engine
 * has. What is missing is fetched in the background when somebody wants it and that is allowed. Thread-safe.
 */
final class Images {
    private static final Logger log = LoggerFactory.getLogger(Images.class);
    private static final Duration PULL_AGAIN = Duration.ofMinutes(10);

    private final SandboxSettings.Images settings;
    private final Map<String, Choice> choices = new ConcurrentHashMap<>();
    private final Map<String, Pull> pulls = new ConcurrentHashMap<>();
    /** Language and image id of what turned out to have no interpreter. */
    private final Set<String> unfit = ConcurrentHashMap.newKeySet();

    /** {@code missing} says why {@code image} cannot be used; null when it can. */
    record Choice(String image, @Nullable EngineException missing) {}

    private static final class Pull {
        private volatile String progress = "";
        private volatile boolean running = true;
        private volatile long ended;
    }

    Images(SandboxSettings.Images settings) {
        this.settings = settings;
    }

    /** What is known of the language's image; null before the engine was asked. */
    @Nullable
    Choice of(Language language) {
        return choices.get(language.id());
    }

    /** Whether the language can be run, as far as images go. */
    boolean ready(Language language) {
        var choice = choices.get(language.id());
        return choice != null && choice.missing() == null;
    }

    /** Why the language's image cannot be used; null when it can, and before the engine was asked. */
    @Nullable
    EngineException missing(Language language) {
        var choice = choices.get(language.id());
        return choice == null ? null : choice.missing();
    }

    /** The image that is used, or the one that would be. */
    String name(Language language) {
        var choice = choices.get(language.id());
        return choice == null ? candidates(language).getFirst() : choice.image();
    }

    void forget() {
        choices.clear();
    }

    /** Asks the engine for what is not known or missing; {@code wanted} is what may be fetched. */
    void look(DockerEngine engine, List<Language> all, Set<String> wanted)
            throws EngineException, InterruptedException {
        for (var language : all) {
            var known = choices.get(language.id());
            if (known == null || known.missing() != null) {
                choices.put(language.id(), choose(engine, language));
            }
            if (wanted.contains(language.id()) && settings.pull()) {
                fetch(engine, language);
            }
        }
    }

    /** The image did not do: it is looked at again, and not taken again when it cannot serve this language. */
    void failed(DockerEngine engine, Language language, String image) throws EngineException, InterruptedException {
        engine.image(image).ifPresent(found -> unfit.add(language.id() + " " + found.getId()));
        choices.put(language.id(), choose(engine, language));
    }

    private List<String> candidates(Language language) {
        var named = settings.byLanguage().getOrDefault(language.id(), "");
        return named.isEmpty() ? language.images() : List.of(named);
    }

    private Choice choose(DockerEngine engine, Language language) throws EngineException, InterruptedException {
        EngineException why = null;
        for (var name : candidates(language)) {
            var image = engine.image(name);
            if (image.isPresent()) {
                var flaw = flaw(language, name, image.get());
                if (flaw == null) {
                    return new Choice(name, null);
                }
                why = why == null ? flaw : why;
            }
        }
        var first = candidates(language).getFirst();
        return new Choice(first, why == null ? absent(language, first) : why);
    }

    private @Nullable EngineException flaw(Language language, String name, InspectImageResponse image) {
        if (unfit.contains(language.id() + " " + image.getId())) {
            return new EngineException(
                    Kind.IMAGE,
                    "The image " + name + " has no " + language.boot().getFirst() + ".",
                    "Name another with " + variable(language) + ".");
        }
        var config = image.getConfig();
        var volumes = config == null ? null : config.getVolumes();
        if (volumes != null && !volumes.isEmpty()) {
            return new EngineException(
                    Kind.IMAGE,
                    "The image " + name + " declares volumes, which would be writable and outlive a run.",
                    "Name another with " + variable(language) + ".");
        }
        return null;
    }

    private EngineException absent(Language language, String image) {
        var pull = pulls.get(image);
        if (pull != null && pull.running) {
            return new EngineException(
                    Kind.IMAGE, "The image " + image + " is being fetched: " + pull.progress + ".", "Try again soon.");
        }
        var tried = pull == null ? "" : " It could not be fetched: " + pull.progress + ".";
        return new EngineException(
                Kind.IMAGE,
                "The image " + image + " is not on the engine." + tried,
                "Run docker pull " + image + ", build carafe-sandbox with scripts/sandbox-image, or set "
                        + variable(language) + ".");
    }

    private static String variable(Language language) {
        return language.id().equals("python")
                ? "DOCKER_IMAGE"
                : "DOCKER_IMAGE_" + language.id().toUpperCase(Locale.ROOT);
    }

    private void fetch(DockerEngine engine, Language language) {
        var choice = choices.get(language.id());
        if (choice == null || choice.missing() == null) {
            return;
        }
        var image = candidates(language).getFirst();
        var last = pulls.get(image);
        if (image.equals(Languages.LOCAL_IMAGE) || (last != null && (last.running || !old(last.ended, PULL_AGAIN)))) {
            return;
        }
        var pull = new Pull();
        pulls.put(image, pull);
        Thread.ofVirtual().name("sandbox-pull").start(() -> pull(engine, image, pull));
    }

    private void pull(DockerEngine engine, String image, Pull pull) {
        log.info("Fetching the image {}", image);
        try {
            engine.pull(image, text -> pull.progress = text);
            log.info("The image {} is there", image);
            pulls.remove(image);
        } catch (EngineException e) {
            log.warn("The image {} could not be fetched: {}", image, e.text());
            pull.progress = e.text();
            pull.ended = System.nanoTime();
            pull.running = false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            forgetMissing(image);
        }
    }

    private void forgetMissing(String image) {
        new HashSet<>(choices.entrySet()).forEach(entry -> {
            if (entry.getValue().image().equals(image) && entry.getValue().missing() != null) {
                choices.remove(entry.getKey(), entry.getValue());
            }
        });
    }

    private static boolean old(long since, Duration age) {
        return System.nanoTime() - since > age.toNanos();
    }
}
