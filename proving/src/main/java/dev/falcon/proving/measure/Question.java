package dev.falcon.proving.measure;

import dev.falcon.inference.Ticker;
import dev.falcon.proving.load.Endpoint;
import dev.falcon.proving.load.Load;
import dev.falcon.proving.load.Tally;
import java.io.IOException;
import java.time.Duration;

/** What is asked of whom. */
record Question(Endpoint endpoint, Texts texts, Way way) {

    /** In which way. */
    enum Way {
        KNOWN,
        FRESH,
        KEYED
    }

    /** What a load came to. */
    record Run(Tally tally, double seconds) {}

    /** Asks for this long. Every request must be answered with 200: a refusal costs less than an answer. */
    Run ask(String name, Load.Plan plan, Duration duration) throws IOException, InterruptedException {
        Ticker ticker = Ticker.system();
        Tally tally = new Tally();
        long start = ticker.nanos();
        try (Load load = Load.start(endpoint, plan, switch (way) {
            case KNOWN -> texts.known(endpoint, tally);
            case FRESH -> texts.fresh(endpoint, tally);
            case KEYED -> texts.keyed(endpoint, tally);
        })) {
            ticker.sleep(duration);
            load.stop();
        }
        double seconds = (ticker.nanos() - start) / 1e9;
        if (tally.ok() == 0 || tally.ok() < tally.count()) {
            throw new IOException(name + " was not answered in full: " + tally.endings());
        }
        return new Run(tally, seconds);
    }
}
