package dev.falcon.proving.measure;

import dev.falcon.proving.load.Load;
import dev.falcon.proving.measure.Question.Run;
import dev.falcon.proving.measure.Question.Way;
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

    Run ask(Load.Plan plan, Duration duration) throws IOException, InterruptedException {
        return new Question(server.endpoint(), texts, way).ask(row.name(), plan, duration);
    }

    /** In a closed loop by one thread. */
    Run rounds(int connections, Duration duration) throws IOException {
        return new Question(server.endpoint(), texts, way).rounds(row.name(), connections, duration);
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
