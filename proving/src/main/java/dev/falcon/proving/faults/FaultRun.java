package dev.falcon.proving.faults;

import dev.falcon.inference.Ticker;
import dev.falcon.telemetry.Dependency;
import dev.falcon.testing.WorkerLog;
import dev.falcon.testing.WorkerProcess;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs the faults one after the other and writes down what there was to see. Judges nothing. For use by one thread; every
 * wait is bounded.
 */
final class FaultRun implements AutoCloseable {

    private static final Duration WARM_UP = Duration.ofSeconds(6);
    /**
     * A JVM is warm once it has been quick for this long; on a busy machine that takes its time. Longer than a repeated key
     * is back: a key that a slow moment kept from being remembered cannot be replayed.
     */
    private static final Duration WARM_FOR = Duration.ofSeconds(6);
    private static final double WARM_MILLIS = 60;
    private static final Duration LONGEST_WARM_UP = Duration.ofSeconds(60);
    private static final Duration QUIET = Duration.ofSeconds(10);
    private static final Duration FAULT = Duration.ofSeconds(5);
    private static final Duration CLOCK_JUMP = Duration.ofSeconds(8);
    private static final Duration SPOOLING = Duration.ofSeconds(2);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_UNTIL_BROKEN = Duration.ofSeconds(5);
    private static final Duration LONGEST_UNTIL_OPEN = Duration.ofSeconds(10);
    private static final Duration LONGEST_UNTIL_SOUND = Duration.ofSeconds(20);
    private static final Duration LOOK = Duration.ofMillis(50);
    /** More than arrives between two batches, and far less than waits after an outage. */
    private static final long USUAL_PENDING = 100;
    private static final int VICTIM = 1;

    private final Stage stage;
    private final PrintStream progress;
    private final Ticker ticker = Ticker.system();
    private final RedisFaults redisFaults;
    private final PostgresFaults postgresFaults;
    private final Traffic traffic;
    private final Watch watch;
    private final List<Span> spans = new ArrayList<>();
    private RowReckoning.@Nullable Kill kill;
    private long takenOver;
    private String newDay = "";
    /** Of rows that went with a partition: the run may have made a later day's before, by a clock that was ahead. */
    private final List<String> requestsInDropped = new ArrayList<>();

    FaultRun(Stage stage, PrintStream progress) {
        this.stage = stage;
        this.progress = progress;
        redisFaults = stage.redisFaults();
        postgresFaults = stage.postgresFaults();
        watch = Watch.on(stage.workers());
        traffic = Traffic.on(stage.ports());
    }

    /** Everything, in turn. */
    RunRecord run() throws Exception {
        ticker.sleep(WARM_UP);
        until(LONGEST_WARM_UP, this::isWarm);
        quiet("quiet");
        for (Fault fault : redisFaults.all()) {
            during(fault);
        }
        for (Fault fault : postgresFaults.all()) {
            during(fault);
        }
        killWorker();
        clockJump("an hour ahead", Duration.ofHours(1));
        clockJump("an hour back", Duration.ofHours(-1));
        newDay();
        quiet("quiet again");
        traffic.stop();
        until(LONGEST_UNTIL_SOUND, () -> watch.pending() == 0);
        ticker.sleep(PAUSE);
        return record();
    }

    private boolean isWarm() {
        long from = ticker.nanos() - WARM_FOR.toNanos();
        List<Asked> latest = traffic.asked().stream().filter(each -> each.dueNanos() - from >= 0).toList();
        return watch.allClosed() && latest.stream().noneMatch(Asked::unkeyed)
                && Latencies.of(latest).quantile(0.99) < WARM_MILLIS;
    }

    private RunRecord record() throws SQLException {
        RowReckoning.Kill killed = kill;
        if (killed == null) {
            throw new IllegalStateException("no worker was killed");
        }
        List<Asked> asked = traffic.asked();
        return new RunRecord(Stage.WORKERS, List.copyOf(spans), asked, watch.samples(), watch.failures(), killed,
                RowReckoning.of(asked, rows(), killed), takenOver, newDayRows(), watch.pending());
    }

    private void quiet(String name) throws InterruptedException {
        long from = ticker.nanos();
        ticker.sleep(QUIET);
        long to = ticker.nanos();
        ended(new Span(name, Span.Kind.QUIET, null, from, to, to, "", ""));
    }

    /** Breaks, looks, waits for the breakers, looks again, mends, and waits until all is well. */
    private void during(Fault fault) throws Exception {
        long from = ticker.nanos();
        fault.begin().run();
        String faulty = awaitBroken(fault);
        ticker.sleep(Duration.ofNanos(from + FAULT.toNanos() - ticker.nanos()));
        if (fault.opens()) {
            until(LONGEST_UNTIL_OPEN, () -> watch.openedSince(from, fault.dependency()));
            ticker.sleep(PAUSE);
        }
        Sight sight = fault.look().get();
        if (faulty.isEmpty() && !fault.isBroken().test(sight)) {
            faulty = "before its end the probe saw " + sight;
        }
        long to = ticker.nanos();
        fault.end().run();
        String unsound = awaitSound(fault);
        ended(new Span(fault.name(), fault.opens() ? Span.Kind.OPENS : Span.Kind.STAYS_CLOSED, fault.dependency(), from,
                to, ticker.nanos(), sight.toString(), faulty + unsound));
        ticker.sleep(PAUSE);
    }

    /** Empty once the probe has seen the fault, else what it saw. */
    private String awaitBroken(Fault fault) throws InterruptedException {
        Sight sight = fault.look().get();
        long until = ticker.nanos() + LONGEST_UNTIL_BROKEN.toNanos();
        while (!fault.isBroken().test(sight)) {
            if (ticker.nanos() - until > 0) {
                return "the probe saw " + sight;
            }
            ticker.sleep(LOOK);
            sight = fault.look().get();
        }
        return "";
    }

    /** Empty once the dependency works, the breakers are closed and what had to wait is written. */
    private String awaitSound(Fault fault) throws InterruptedException {
        boolean mended = fault.dependency() == Dependency.REDIS
                ? until(LONGEST_UNTIL_SOUND, redisFaults::isSound)
                : until(LONGEST_UNTIL_SOUND, postgresFaults::isSound);
        boolean settled = until(LONGEST_UNTIL_SOUND, () -> watch.allClosed() && watch.pending() < USUAL_PENDING);
        if (mended && settled) {
            return "";
        }
        return mended ? " the workers did not recover" : " it did not end: the probe saw " + fault.look().get();
    }

    /** While PostgreSQL is out of reach, so that the dead worker's records are on its disk alone. */
    private void killWorker() throws Exception {
        Fault away = postgresFaults.blackholed();
        long from = ticker.nanos();
        away.begin().run();
        String faulty = awaitBroken(away);
        until(LONGEST_UNTIL_OPEN, () -> watch.openedSince(from, away.dependency()));
        ticker.sleep(SPOOLING);

        watch.leave(VICTIM);
        WorkerProcess victim = stage.workers().get(VICTIM);
        long before = ticker.nanos();
        victim.sigkill();
        traffic.leave(VICTIM);
        long gone = ticker.nanos();
        ticker.sleep(PAUSE);
        WorkerProcess next = stage.startAgain(VICTIM);
        watch.comeBack(VICTIM, next);
        long back = ticker.nanos();
        traffic.comeBack(VICTIM, 1);
        kill = new RowReckoning.Kill(VICTIM, before, gone, back);
        takenOver = next.log().of("spool_taken_over").stream().mapToLong(line -> line.number("records")).sum();

        ticker.sleep(SPOOLING);
        Sight sight = away.look().get();
        if (faulty.isEmpty() && !away.isBroken().test(sight)) {
            faulty = "before its end the probe saw " + sight;
        }
        long to = ticker.nanos();
        away.end().run();
        String unsound = awaitSound(away);
        ended(new Span("worker-2 kill -9", Span.Kind.KILL, Dependency.POSTGRES, from, to, ticker.nanos(),
                sight + ", away %.1f s".formatted((back - gone) / 1e9), faulty + unsound));
        ticker.sleep(PAUSE);
    }

    /** The workers' clocks jump, stay there for longer than a repeated key is back, and jump to the right time. */
    private void clockJump(String name, Duration by) throws Exception {
        long from = ticker.nanos();
        ShiftedClock.shift(stage.clockFile(), by);
        ticker.sleep(CLOCK_JUMP);
        long rows = rowsDated(by);
        long to = ticker.nanos();
        ShiftedClock.shift(stage.clockFile(), Duration.ZERO);
        boolean settled = until(LONGEST_UNTIL_SOUND, () -> watch.allClosed() && watch.pending() < USUAL_PENDING);
        ended(new Span("the clock " + name, Span.Kind.DATE, null, from, to, ticker.nanos(), rows + " rows so dated",
                (rows > 0 ? "" : "no row is dated " + name) + (settled ? "" : " the workers did not recover")));
        ticker.sleep(PAUSE);
    }

    /** Rows dated so far from now, give or take a minute; the run is much shorter than an hour. */
    private long rowsDated(Duration fromNow) {
        return Long.parseLong(stage.postgres()
                .query("SELECT count(*) FROM inference_logs WHERE abs(extract(epoch FROM created_at - now()) - "
                        + fromNow.toSeconds() + ") < 60")
                .getFirst());
    }

    /** The workers' clocks jump to just before midnight, and the coming days' partitions are taken away. */
    private void newDay() throws Exception {
        long from = ticker.nanos();
        Instant now = InstantSource.system().instant();
        Instant midnight = now.truncatedTo(ChronoUnit.DAYS).plus(1, ChronoUnit.DAYS);
        ShiftedClock.shift(stage.clockFile(), Duration.between(now, midnight).minusSeconds(3));
        long midnightNanos = from + Duration.ofSeconds(3).toNanos();
        newDay = "inference_logs_p" + midnight.toString().substring(0, 10).replace("-", "");
        ticker.sleep(Duration.ofNanos(midnightNanos - ticker.nanos()).minusMillis(400));
        for (String partition : partitionsFrom(newDay)) {
            requestsInDropped.addAll(stage.postgres().query("SELECT request_id FROM " + partition));
            stage.postgres().executeInDatabase("DROP TABLE " + partition);
        }
        String faulty = partitionsFrom(newDay).isEmpty() ? "" : "there still is a partition of the new day";
        boolean made = until(LONGEST_UNTIL_BROKEN, () -> ticker.nanos() - midnightNanos > 0
                && partitionsFrom(newDay).contains(newDay));
        ticker.sleep(FAULT);
        boolean settled = until(LONGEST_UNTIL_SOUND, () -> watch.allClosed() && watch.pending() < USUAL_PENDING);
        long to = ticker.nanos();
        ended(new Span("a new day comes", Span.Kind.DATE, null, from, to, to,
                "its partition was missing, then made",
                faulty + (made ? "" : " its partition was not made")
                        + (settled ? "" : " the workers did not recover")));
    }

    /** Names of partitions, of this day and of later ones. */
    private List<String> partitionsFrom(String first) {
        return stage.postgres()
                .query("SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent ="
                        + " 'inference_logs'::regclass AND inhrelid::regclass::text >= '" + first + "'");
    }

    private void ended(Span span) {
        spans.add(span);
        progress.printf("%-23s %5.1f s, %s%s%n", span.name(), (span.soundNanos() - span.fromNanos()) / 1e9,
                span.evidence(), span.fault().isEmpty() ? "" : "  NO PROOF: " + span.fault());
    }

    private boolean until(Duration longest, BooleanSupplier condition) throws InterruptedException {
        long until = ticker.nanos() + longest.toNanos();
        while (!condition.getAsBoolean()) {
            if (ticker.nanos() - until > 0) {
                return false;
            }
            ticker.sleep(LOOK);
        }
        return true;
    }

    private long newDayRows() {
        return Long.parseLong(stage.postgres().query("SELECT count(*) FROM " + newDay).getFirst());
    }

    /** How many rows each request has, or had in a partition that the run itself dropped. */
    private Map<String, Integer> rows() throws SQLException {
        Map<String, Integer> rows = new HashMap<>();
        requestsInDropped.forEach(id -> rows.merge(id, 1, Integer::sum));
        try (Connection connection = stage.postgres().connect(); Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery("SELECT request_id FROM inference_logs")) {
            while (found.next()) {
                rows.merge(found.getString(1), 1, Integer::sum);
            }
        }
        return rows;
    }

    /** What the workers said, for a run that failed. */
    void tellLogs() {
        for (WorkerProcess worker : stage.workers()) {
            progress.println("--- the last lines of the worker on port " + worker.port());
            List<WorkerLog.Line> lines = worker.log().lines();
            lines.subList(Math.max(0, lines.size() - 100), lines.size())
                    .forEach(line -> progress.println(line.text("timestamp") + " " + line.text("level") + " "
                            + line.message()));
        }
    }

    @Override
    public void close() {
        traffic.close();
        watch.close();
    }
}
