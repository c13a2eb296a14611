package dev.falcon.doctor;

import dev.falcon.config.Settings;
import dev.falcon.config.SettingsFindings;
import dev.falcon.inference.Ticker;
import dev.falcon.memory.MemoryPlan.Addend;
import dev.falcon.model.ModelFault;
import dev.falcon.model.ModelLoader;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Looks at everything that was asked for at once, each subject on a thread of its own and within a bounded time. A
 * subject whose settings are wrong is skipped; one that does not come to an end is a fault, and its thread, a daemon, is
 * left behind. For use by one thread.
 */
public final class Doctor {

    /** The least that is waited for a server, as by a worker that connects. */
    private static final Duration LEAST_PATIENCE = Duration.ofSeconds(1);
    private static final Duration LOCAL_BOUND = Duration.ofSeconds(10);
    private static final Duration MODEL_BOUND = Duration.ofMinutes(2);

    /** Resolving and connecting, handshake, answers: each may take the patience once before it is given up. */
    private static final int WAITS = 4;

    /** For a machine so busy that starting takes seconds; the waits themselves are bounded by the checks. */
    private static final Duration SLACK = Duration.ofSeconds(10);

    private final SettingsFindings settings;
    private final Function<String, Optional<ModelLoader>> loaders;
    private final NativeMemory nativeMemory;
    private final Ticker ticker;
    private final InstantSource clock;

    /** @param loaders from a manifest's kind to what can load it */
    public Doctor(SettingsFindings settings, Function<String, Optional<ModelLoader>> loaders,
            NativeMemory nativeMemory, Ticker ticker, InstantSource clock) {
        this.settings = settings;
        this.loaders = loaders;
        this.nativeMemory = nativeMemory;
        this.ticker = ticker;
        this.clock = clock;
    }

    /** What the models to be served take at most beside the heap. */
    @FunctionalInterface
    public interface NativeMemory {
        List<Addend> of(Settings.Models models) throws ModelFault;
    }

    /** Something that looks and judges. */
    @FunctionalInterface
    private interface Look {
        List<Finding> look() throws InterruptedException;
    }

    private record Task(FutureTask<List<Finding>> future, Duration bound) {}

    /** The findings in the order of the subjects. */
    public List<Finding> examine(Set<Subject> subjects) throws InterruptedException {
        Map<Subject, Task> tasks = new EnumMap<>(Subject.class);
        long start = ticker.nanos();
        for (Subject subject : subjects) {
            Look look = look(subject);
            FutureTask<List<Finding>> future = new FutureTask<>(() -> timed(look));
            Thread.ofPlatform().daemon().name("doctor-" + subject).start(future);
            tasks.put(subject, new Task(future, bound(subject)));
        }
        List<Finding> findings = new ArrayList<>();
        for (Map.Entry<Subject, Task> task : tasks.entrySet()) {
            findings.addAll(awaited(task.getKey(), task.getValue(), start));
        }
        return findings;
    }

    private List<Finding> timed(Look look) throws InterruptedException {
        long start = ticker.nanos();
        List<Finding> findings = look.look();
        long millis = (ticker.nanos() - start) / 1_000_000;
        return findings.stream().map(finding -> finding.after(millis)).toList();
    }

    private List<Finding> awaited(Subject subject, Task task, long startNanos) throws InterruptedException {
        long elapsedNanos = ticker.nanos() - startNanos;
        try {
            return task.future().get(Math.max(0, task.bound().toNanos() - elapsedNanos), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            task.future().cancel(true);
            return List.of(Finding.fault(subject.toString(),
                    "did not come to an end within " + task.bound().toSeconds() + " s",
                    "what it waits for hangs or is very slow; a worker would wait for it too")
                    .after(task.bound().toMillis()));
        } catch (ExecutionException e) {
            return List.of(Finding.fault(subject.toString(), "the check failed: " + e.getCause(),
                    "this is a defect of Falcon's; report it with this line"));
        }
    }

    private Look look(Subject subject) {
        return switch (subject) {
            case SETTINGS -> () -> Stream
                    .concat(SettingsJudgement.of(settings).stream(), PasswordFiles.look(settings).stream())
                    .toList();
            case REDIS -> of(Settings.Redis.class, subject, redis -> new RedisCheck(redis, ticker).look());
            case POSTGRES -> of(Settings.Postgres.class, subject,
                    postgres -> new PostgresCheck(postgres, ticker, clock).look());
            case MODEL -> of(Settings.Models.class, subject, models -> new ModelCheck(models, loaders, ticker).look());
            case MEMORY -> of(Settings.class, subject, all -> MemoryCheck.look(all, taken(all.models())));
            case PORT -> of(Settings.Http.class, subject, http -> new PortCheck(http).look());
            case DISK -> of(Settings.InferenceLog.class, subject, log -> of(Settings.Postgres.class, subject,
                    postgres -> DiskCheck.look(log, postgres.host() != null)).look());
        };
    }

    private List<Addend> taken(Settings.Models models) {
        try {
            return nativeMemory.of(models);
        } catch (ModelFault e) {
            // The subject that looks at the model says so.
            return List.of();
        }
    }

    /** What is done with a part of the settings. */
    @FunctionalInterface
    private interface Part<T> {
        List<Finding> look(T settings) throws InterruptedException;
    }

    private <T extends Record> Look of(Class<T> section, Subject subject, Part<T> part) {
        Optional<T> sound = settings.section(section);
        return sound.isPresent()
                ? () -> part.look(sound.get())
                : () -> List
                        .of(Finding.skipped(subject.toString(), "its settings are wrong", "mend the settings first"));
    }

    private Duration bound(Subject subject) {
        return switch (subject) {
            case SETTINGS, MEMORY, PORT, DISK -> LOCAL_BOUND;
            case MODEL -> MODEL_BOUND;
            case REDIS -> bound(settings.section(Settings.Redis.class).map(Settings.Redis::operationTimeout));
            case POSTGRES -> bound(settings.section(Settings.Postgres.class).map(Settings.Postgres::operationTimeout));
        };
    }

    private static Duration bound(Optional<Duration> operationTimeout) {
        return patience(operationTimeout.orElse(LEAST_PATIENCE)).multipliedBy(WAITS).plus(SLACK);
    }

    static Duration patience(Duration operationTimeout) {
        return operationTimeout.compareTo(LEAST_PATIENCE) > 0 ? operationTimeout : LEAST_PATIENCE;
    }
}
