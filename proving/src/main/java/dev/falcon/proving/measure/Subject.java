package dev.falcon.proving.measure;

import dev.falcon.inference.Ticker;
import dev.falcon.proving.load.Load;
import dev.falcon.proving.load.Tally;
import java.io.IOException;
import java.time.Duration;

/** A server asked in one way. Used by one thread. */
final class Subject {

    /** How long a worker may take after a round to write the records of it. */
    private static final Duration WRITTEN_WITHIN = Duration.ofSeconds(20);

    private final Row row;
    private final Server server;
    private final UsageMeter meter;
    private final Texts texts;
    private final Way way;

    /** What is asked of the server. */
    enum Way {
        KNOWN,
        FRESH
    }

    /** What a load came to. */
    record Run(Tally tally, double seconds) {}

    Subject(Row row, Server server, UsageMeter meter, Texts texts, Way way) {
        this.row = row;
        this.server = server;
        this.meter = meter;
        this.texts = texts;
        this.way = way;
    }

    Row row() {
        return row;
    }

    UsageMeter meter() {
        return meter;
    }

    /** Asks for this long. Every request must be answered with 200: a refusal costs less than an answer. */
    Run ask(Load.Plan plan, Duration duration) throws IOException, InterruptedException {
        Ticker ticker = Ticker.system();
        Tally tally = new Tally();
        long start = ticker.nanos();
        try (Load load = Load.start(server.endpoint(), plan, switch (way) {
            case KNOWN -> texts.known(server.endpoint(), tally);
            case FRESH -> texts.fresh(server.endpoint(), tally);
        })) {
            ticker.sleep(duration);
            load.stop();
        }
        double seconds = (ticker.nanos() - start) / 1e9;
        if (tally.ok() == 0 || tally.ok() < tally.count()) {
            throw new IOException(row.name() + " was not answered in full: " + tally.endings());
        }
        return new Run(tally, seconds);
    }

    /** Waits for what the requests left to do. */
    void settle(boolean keepsLog) throws IOException, InterruptedException {
        if (keepsLog && !server.awaitWritten(WRITTEN_WITHIN)) {
            throw new IOException(row.name() + ": records of a round still wait after " + WRITTEN_WITHIN);
        }
    }

    long dropped() throws IOException {
        return server.dropped();
    }
}
