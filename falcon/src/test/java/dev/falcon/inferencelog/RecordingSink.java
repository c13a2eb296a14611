package dev.falcon.inferencelog;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** A sink in memory whose behaviour a test sets: it takes rows, refuses some, or does not answer. Thread-safe. */
final class RecordingSink implements LogSink {

    private final List<String> written = new ArrayList<>();
    private final Set<String> refused = new TreeSet<>();
    private final Set<String> obstructed = new TreeSet<>();
    private boolean available = true;
    private int writes;
    private int failuresAhead;

    synchronized void available(boolean now) {
        available = now;
        notifyAll();
    }

    /** The next so many writes fail. */
    synchronized void failNext(int count) {
        failuresAhead = count;
    }

    synchronized void refuse(String requestId) {
        refused.add(requestId);
    }

    /** Batches with this request fail although others are taken. */
    synchronized void obstruct(String requestId) {
        obstructed.add(requestId);
    }

    synchronized void mend() {
        obstructed.clear();
    }

    synchronized List<String> written() {
        return List.copyOf(written);
    }

    synchronized int writes() {
        return writes;
    }

    @Override
    public synchronized WriteResult write(List<LogRow> rows) {
        writes++;
        if (!available || failuresAhead > 0) {
            failuresAhead--;
            return new WriteResult.Unavailable("as the test wants");
        }
        List<String> ids = rows.stream().map(row -> String.valueOf(row.value(Column.REQUEST_ID))).toList();
        if (ids.stream().anyMatch(refused::contains)) {
            return new WriteResult.Refused("as the test wants");
        }
        if (ids.stream().anyMatch(obstructed::contains)) {
            return new WriteResult.Obstructed("as the test wants");
        }
        ids.stream().filter(id -> !written.contains(id)).forEach(written::add);
        return new WriteResult.Committed(0);
    }

    @Override
    public synchronized Optional<String> probe() {
        return available ? Optional.empty() : Optional.of("as the test wants");
    }

    @Override
    public void maintain() {
        // Nothing to maintain in memory.
    }

    @Override
    public void close() {
        available(false);
    }
}
