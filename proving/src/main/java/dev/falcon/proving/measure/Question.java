package dev.falcon.proving.measure;

import dev.falcon.inference.Ticker;
import dev.falcon.proving.load.Caller;
import dev.falcon.proving.load.Ending;
import dev.falcon.proving.load.Endpoint;
import dev.falcon.proving.load.Load;
import dev.falcon.proving.load.Rounds;
import dev.falcon.proving.load.Tally;
import dev.falcon.proving.load.Wire;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What is asked of whom. */
record Question(Endpoint endpoint, Texts texts, Way way) {

    /** In which way. */
    enum Way {
        KNOWN,
        FRESH,
        KEYED,
        ENCODED
    }

    /** Sees each answer, on the thread of its connection. */
    @FunctionalInterface
    interface Watch {
        void ended(Ending ending, Wire.@Nullable Reply reply);
    }

    /** What a load came to. */
    record Run(Tally tally, double seconds) {}

    /** Asks for this long. Every request must be answered with 200: a refusal costs less than an answer. */
    Run ask(String name, Load.Plan plan, Duration duration) throws IOException, InterruptedException {
        return ask(name, plan, duration, (_, _) -> {});
    }

    /** The same, with another look at each answer. */
    Run ask(String name, Load.Plan plan, Duration duration, Watch watch) throws IOException, InterruptedException {
        Ticker ticker = Ticker.system();
        Tally tally = new Tally();
        long start = ticker.nanos();
        try (Load load = Load.start(endpoint, plan, watched(caller(tally), watch))) {
            ticker.sleep(duration);
            load.stop();
        }
        return whole(name, new Run(tally, (ticker.nanos() - start) / 1e9));
    }

    /** Asks in a closed loop by one thread, which costs the client the least. */
    Run rounds(String name, int connections, Duration duration) throws IOException {
        Ticker ticker = Ticker.system();
        Tally tally = new Tally();
        Caller caller = caller(tally);
        long start = ticker.nanos();
        Rounds.ask(endpoint, connections, caller, duration);
        return whole(name, new Run(tally, (ticker.nanos() - start) / 1e9));
    }

    private Caller caller(Tally tally) {
        return switch (way) {
            case KNOWN -> texts.known(endpoint, tally);
            case FRESH -> texts.fresh(endpoint, tally);
            case KEYED -> texts.keyed(endpoint, tally);
            case ENCODED -> texts.encoded(endpoint, tally);
        };
    }

    private static Run whole(String name, Run run) throws IOException {
        Tally tally = run.tally();
        if (tally.ok() == 0 || tally.ok() < tally.count()) {
            throw new IOException(name + " was not answered in full: " + tally.endings());
        }
        return run;
    }

    private static Caller watched(Caller caller, Watch watch) {
        return new Caller() {
            @Override
            public byte[] request(long number) {
                return caller.request(number);
            }

            @Override
            public void ended(Ending ending, Wire.@Nullable Reply reply) {
                watch.ended(ending, reply);
                caller.ended(ending, reply);
            }
        };
    }
}
