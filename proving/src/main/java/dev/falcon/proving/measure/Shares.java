package dev.falcon.proving.measure;

import dev.falcon.proving.load.Ending;
import dev.falcon.proving.load.Wire;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Counts how often each connection of a load was answered. Safe for many threads, one for each connection. */
final class Shares implements Question.Watch {

    private final int connections;
    private final Map<Long, Integer> answers = new ConcurrentHashMap<>();

    Shares(int connections) {
        this.connections = connections;
    }

    @Override
    public void ended(Ending ending, Wire.@Nullable Reply reply) {
        if (ending.ok()) {
            answers.merge(Thread.currentThread().threadId(), 1, Integer::sum);
        }
    }

    /** The answers to the connection with the fewest, over the mean of all: 1 where all got the same. */
    double least() {
        if (answers.size() < connections) {
            return 0;
        }
        int sum = answers.values().stream().mapToInt(Integer::intValue).sum();
        int least = answers.values().stream().mapToInt(Integer::intValue).min().orElse(0);
        return (double) least * connections / sum;
    }
}
