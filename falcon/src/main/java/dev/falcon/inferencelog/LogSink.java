package dev.falcon.inferencelog;

import java.util.List;
import java.util.Optional;

/**
 * Where rows end up: one table {@code inference_logs}. Writing a row again changes nothing. All methods may block for a
 * few operation time-outs and none throws for a fault of the database; called off the request's path, by several threads.
 */
interface LogSink extends AutoCloseable {

    /** Writes all rows or none, in their order. */
    WriteResult write(List<LogRow> rows);

    /** Connects, brings the table up to date and tries it; the reason where it cannot be used now. */
    Optional<String> probe();

    /** What must be done from time to time although nothing is written; called every minute or so while it is usable. */
    void maintain();

    /** Frees what is held at once, cutting off a write that is still on its way. */
    @Override
    void close();
}
