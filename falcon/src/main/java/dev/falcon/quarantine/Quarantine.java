package dev.falcon.quarantine;

import dev.falcon.inference.Ticker;
import dev.falcon.store.KeyValueStore;
import dev.falcon.store.StoreUnavailable;
import dev.falcon.telemetry.Event;
import dev.falcon.telemetry.EventLog;
import dev.falcon.telemetry.Field;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Keeps texts that end processes away from them. While native code has a text in its hands, its hash stands in a journal; what
 * stands there at the next start was in flight when the process ended, and is judged. Workers share their verdicts where they
 * share a store. Faults of file or store cost the protection and never a request. Safe for use by many threads.
 */
public final class Quarantine implements AutoCloseable {

    /** How often verdicts of other workers are asked for. */
    private static final Duration EXCHANGE = Duration.ofSeconds(2);

    /** How long a start waits for what other workers know. */
    private static final Duration STORE_PATIENCE = Duration.ofSeconds(3);
    private static final Duration STORE_LOOK = Duration.ofMillis(100);

    /**
     * Where it keeps its files.
     *
     * @param folder of this host's
     * @param workerId part of their names
     */
    public record Home(Path folder, String workerId) {

        private Path file(String suffix) {
            return folder.resolve(workerId + suffix);
        }
    }

    /** Intervals and dates. */
    public record Clocks(Ticker ticker, InstantSource dates) {}

    private final EventLog log = new EventLog(Quarantine.class);
    private final Home home;
    private final VerdictFile file;
    private final @Nullable SharedVerdicts shared;
    private final Clocks clocks;
    private final Semaphore turn = new Semaphore(1, true);
    private volatile Verdicts verdicts = Verdicts.NONE;
    private volatile @Nullable CrashJournal journal;
    private final CountDownLatch begun = new CountDownLatch(1);
    private @Nullable Thread thread;
    private boolean heard;
    private boolean closed;

    /** @param shared by all workers, or null; it does nothing before {@link #begin} */
    public Quarantine(Home home, @Nullable KeyValueStore shared, Clocks clocks) {
        this.home = home;
        this.file = new VerdictFile(home.file(".quarantine"));
        this.shared = shared == null ? null : new SharedVerdicts(shared);
        this.clocks = clocks;
    }

    /**
     * Judges what the last run left in flight, hears what other workers know, and records from then on; in the background, as
     * models take their time to be loaded. Further calls do nothing.
     */
    public synchronized void begin() {
        if (thread == null) {
            thread = Thread.ofVirtual().name("quarantine").start(this::run);
        }
    }

    /**
     * Returns once it has begun, which a store that does not answer delays for a bounded time: before that no text of a caller's
     * may be run, as another worker may have ended by it. Not to be called where it was not told to begin.
     */
    public void awaitBegun() {
        try {
            begun.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        SharedVerdicts store = shared;
        try {
            openJournal();
            if (store != null) {
                hear(store);
            }
        } catch (RuntimeException | Error e) {
            log.emit(Event.DEFECT, "texts that ended a process before may be asked again: its journal met a defect", e);
        } finally {
            begun.countDown();
        }
        if (store != null) {
            exchange(store);
        }
    }

    private void openJournal() {
        try {
            CrashJournal opened = CrashJournal.open(home.file(".inflight"));
            try {
                keep(file.read());
                judge(opened);
                opened.begin(FaultReport.ofThisProcess());
            } catch (IOException | RuntimeException | Error e) {
                opened.abandon();
                throw e;
            }
            use(opened);
        } catch (IOException e) {
            log.emit(Event.CRASH_JOURNAL_UNAVAILABLE,
                    "a text that ends this process cannot be told at its next start: " + e,
                    Field.of("folder", home.folder()));
        }
    }

    private synchronized void use(CrashJournal opened) throws IOException {
        if (closed) {
            opened.abandon();
        } else {
            journal = opened;
        }
    }

    /** Takes over the others' verdicts, unless judging has brought them already. */
    private void hear(SharedVerdicts store) {
        if (!heard) {
            Verdicts all = updated(store, others -> others.and(verdicts, clocks.dates().millis()));
            if (all != null) {
                keep(all);
            }
        }
    }

    private void judge(CrashJournal opened) throws IOException {
        List<TextHash> left = opened.left();
        if (left.isEmpty()) {
            return;
        }
        long nowMs = clocks.dates().millis();
        UnaryOperator<Verdicts> judged = others -> {
            Verdicts known = verdicts.and(others, nowMs);
            return known.and(known.afterEnd(left, opened.faultReported(), nowMs), nowMs);
        };
        Verdicts told = shared == null ? null : updated(shared, judged);
        heard = true;
        keep(told == null ? judged.apply(Verdicts.NONE) : told);
        file.write(verdicts);
        log.emit(Event.TEXTS_SUSPECTED, "the last run of this worker ended with " + left.size()
                + " texts in native code; they run one at a time until they are answered",
                Field.of("texts", left.size()), Field.of("fault_report", opened.faultReported()));
        for (TextHash text : left) {
            Verdict verdict = verdicts.of(text);
            if (verdict != null && verdict.isRefused(nowMs)) {
                log.emit(Event.TEXT_REFUSED, "a text that was in native code when the process ended is refused until "
                        + verdict.refusedUntil().truncatedTo(ChronoUnit.SECONDS), Field.of("hash", text));
            }
        }
    }

    /** Waits a moment for a store that is only being connected; null where it does not answer. */
    private @Nullable Verdicts updated(SharedVerdicts store, UnaryOperator<Verdicts> change) {
        long started = clocks.ticker().nanos();
        while (clocks.ticker().nanos() - started < STORE_PATIENCE.toNanos()) {
            try {
                Verdicts after = store.update(change);
                if (after != null) {
                    return after;
                }
                clocks.ticker().sleep(STORE_LOOK);
            } catch (StoreUnavailable e) {
                if (!pause(STORE_LOOK)) {
                    return null;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return null;
            }
        }
        return null;
    }

    private boolean pause(Duration time) {
        try {
            clocks.ticker().sleep(time);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Brings verdicts to the other workers and theirs here; a store that is away is asked again. */
    private void exchange(SharedVerdicts store) {
        while (pause(EXCHANGE)) {
            try {
                Verdicts all = store.update(others -> others.and(verdicts, clocks.dates().millis()));
                if (all != null) {
                    keep(all);
                }
            } catch (StoreUnavailable e) {
                // Its guard says so already.
            }
        }
    }

    private synchronized void keep(Verdicts more) {
        verdicts = verdicts.and(more, clocks.dates().millis());
    }

    /** Whether nothing is held against any text, so that none needs a hash to ask. */
    public boolean isEmpty() {
        return verdicts.isEmpty();
    }

    /** Why these texts are not run, for their caller; null where they are. */
    public @Nullable String refusal(List<TextHash> texts) {
        Verdicts known = verdicts;
        if (known.isEmpty()) {
            return null;
        }
        long nowMs = clocks.dates().millis();
        for (TextHash text : texts) {
            Verdict verdict = known.of(text);
            if (verdict != null && verdict.isRefused(nowMs)) {
                return (texts.size() == 1 ? "This text" : "One of these texts")
                        + " ended the process of a worker before, as was found at "
                        + verdict.since().truncatedTo(ChronoUnit.SECONDS) + "; it is refused until "
                        + verdict.refusedUntil().truncatedTo(ChronoUnit.SECONDS) + ".";
            }
        }
        return null;
    }

    /** Whether one of these texts was in flight when a process ended, and was not answered since. */
    public boolean isSuspect(List<TextHash> texts) {
        Verdicts known = verdicts;
        if (known.isEmpty()) {
            return false;
        }
        long nowMs = clocks.dates().millis();
        for (TextHash text : texts) {
            if (known.isSuspect(text, nowMs)) {
                return true;
            }
        }
        return false;
    }

    /** Waits for the turn that only one suspect has at a time; false if the time passed first. */
    public boolean takeTurn(long nanos) throws InterruptedException {
        return turn.tryAcquire(nanos, TimeUnit.NANOSECONDS);
    }

    /** Gives the turn to the next suspect. */
    public void giveTurn() {
        turn.release();
    }

    /** The text was answered, so it was not the one that ended a process. */
    public synchronized void acquit(TextHash text) {
        long nowMs = clocks.dates().millis();
        if (!verdicts.isSuspect(text, nowMs)) {
            return;
        }
        keep(Verdicts.on(List.of(text), Verdict.acquitted(nowMs)));
        try {
            file.write(verdicts);
        } catch (IOException e) {
            log.emit(Event.CRASH_JOURNAL_UNAVAILABLE,
                    "a text that was answered stays a suspect at the next start: " + e,
                    Field.of("folder", home.folder()));
        }
    }

    /** Records that native code has these texts in its hands until the result is closed, by the same thread. */
    public InHand enter(List<TextHash> texts) {
        CrashJournal open = journal;
        if (open == null) {
            return new InHand(null, new int[0]);
        }
        int[] slots = new int[texts.size()];
        for (int i = 0; i < slots.length; i++) {
            slots[i] = open.enter(texts.get(i));
        }
        return new InHand(open, slots);
    }

    /** Texts that native code has in its hands. Not for use by several threads. */
    public static final class InHand implements AutoCloseable {

        private final @Nullable CrashJournal journal;
        private final int[] slots;

        private InHand(@Nullable CrashJournal journal, int[] slots) {
            this.journal = journal;
            this.slots = slots;
        }

        @Override
        public void close() {
            if (journal != null) {
                for (int slot : slots) {
                    journal.leave(slot);
                }
            }
        }
    }

    /** Ends the exchange. What still is in flight is not to blame for an end that the worker chose itself. */
    @Override
    public synchronized void close() {
        closed = true;
        if (thread != null) {
            thread.interrupt();
        }
        CrashJournal open = journal;
        journal = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                // The lock goes with the process.
                return;
            }
        }
    }
}
