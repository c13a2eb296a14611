package dev.falcon.proving.overload;

import dev.falcon.inference.Ticker;
import dev.falcon.proving.load.Endpoint;
import dev.falcon.proving.load.Load;
import dev.falcon.proving.overload.Verdict.Speed;
import dev.falcon.proving.seen.ProcessView;
import dev.falcon.testing.WorkerProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToDoubleFunction;

/** A worker under test, the load on it and the eyes upon it. For use by one thread. */
final class Rig {

    private static final int CLOSED_CONNECTIONS = 16;
    private static final int ROUNDS = 5;
    private static final int MOST_WARM_UPS = 6;
    /** A worker that has gained less than this is warm. */
    private static final double WARMER = 1.05;

    private final Endpoint endpoint;
    private final ProcessView process;
    private final Prober prober;
    private final Ticker ticker = Ticker.system();
    private final AtomicLong texts;
    private final int characters;

    /**
     * @param characters of each text
     * @param texts numbers them, over all rigs of a run
     */
    Rig(WorkerProcess worker, Prober prober, int characters, AtomicLong texts) {
        this.characters = characters;
        this.texts = texts;
        this.endpoint = new Endpoint(worker.port());
        this.process = new ProcessView(worker.pid());
        this.prober = prober;
    }

    /**
     * Asks and forgets, until the worker's code is compiled: until it answers no more than in the time before, but not for
     * ever. A capacity that is found too low makes ten times of it less than that.
     */
    void warmUp(Duration time) throws InterruptedException {
        double best = 0;
        for (int i = 0; i < MOST_WARM_UPS; i++) {
            double perSecond = closed(time).perSecond();
            if (perSecond < WARMER * best) {
                return;
            }
            best = Math.max(best, perSecond);
        }
    }

    /** The median of a few rounds of as much as the worker can do. */
    Speed speed(Duration time) throws InterruptedException {
        List<Speed> rounds = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            rounds.add(closed(time.dividedBy(ROUNDS)));
        }
        return new Speed(median(rounds, Speed::perSecond), median(rounds, Speed::medianMillis));
    }

    private static double median(List<Speed> rounds, ToDoubleFunction<Speed> value) {
        return rounds.stream().mapToDouble(value).sorted().skip(ROUNDS / 2).findFirst().orElseThrow();
    }

    private Speed closed(Duration time) throws InterruptedException {
        NewTexts texts = new NewTexts(endpoint, characters, this.texts);
        long startNanos = ticker.nanos();
        try (Load load = Load.start(endpoint, Load.Plan.closed(CLOSED_CONNECTIONS), texts)) {
            ticker.sleep(time);
            load.stop();
        }
        return new Speed(texts.ok() / ((ticker.nanos() - startNanos) / 1e9), texts.millisAt(50));
    }

    /** Only looks, for a while. */
    Phase quiet(String name, Duration time) throws InterruptedException {
        Stopwatch stopwatch = new Stopwatch();
        prober.take();
        ticker.sleep(time);
        return stopwatch.phase(name, 0, Map.of(), Phase.Times.NONE);
    }

    /** Open loop, at so many times the capacity. */
    Phase load(String name, double factor, double perSecond, int connections, Duration time)
            throws InterruptedException {
        NewTexts texts = new NewTexts(endpoint, characters, this.texts);
        Stopwatch stopwatch = new Stopwatch();
        long startNanos = ticker.nanos();
        prober.take();
        try (Load load = Load.start(endpoint, Load.Plan.open(connections, perSecond), texts)) {
            ticker.sleep(time);
            load.stop();
        }
        return stopwatch.phase(name, factor, texts.endings(),
                new Phase.Times(texts.millisAt(50), texts.millisAt(99), texts.millisAt(100),
                        texts.refusalMillisAt(100), texts.lastNotAnsweredSeconds(startNanos)));
    }

    /** Time and processor time since it was made. */
    private final class Stopwatch {

        private final long startNanos = ticker.nanos();
        private final Duration worker = process.processorTime();
        private final Duration self = ProcessView.self().processorTime();

        private Phase phase(String name, double factor, Map<String, Long> endings, Phase.Times times) {
            double seconds = (ticker.nanos() - startNanos) / 1e9;
            Prober.Sight sight = prober.take();
            return new Phase(name, factor, seconds, endings, times, sight.probes(), sight.peaks(),
                    cores(worker, process.processorTime(), seconds),
                    cores(self, ProcessView.self().processorTime(), seconds));
        }

        private static double cores(Duration from, Duration to, double seconds) {
            return to.minus(from).toMillis() / 1e3 / seconds;
        }
    }
}
