package dev.falcon.proving.faults;

import dev.falcon.telemetry.Dependency;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** What the scrapes saw of the breakers. Pure. */
final class Breakers {

    private static final String[] LETTERS = {"C", "O", "H"};

    private final List<TreeMap<Long, Sample>> byWorker = new ArrayList<>();

    Breakers(List<Sample> samples, int workers) {
        for (int i = 0; i < workers; i++) {
            byWorker.add(new TreeMap<>());
        }
        samples.forEach(sample -> byWorker.get(sample.worker()).put(sample.nanos(), sample));
    }

    /** The states seen from one moment to another, each once in a row, such as {@code COHC}. */
    String history(int worker, Dependency dependency, long fromNanos, long untilNanos) {
        StringBuilder seen = new StringBuilder();
        for (Sample sample : byWorker.get(worker).subMap(fromNanos, untilNanos).values()) {
            String letter = LETTERS[sample.state(dependency)];
            if (seen.isEmpty() || seen.charAt(seen.length() - 1) != letter.charAt(0)) {
                seen.append(letter);
            }
        }
        return seen.toString();
    }

    /** Whether the scrapes before and after this moment both saw the breaker open. */
    boolean isOpenAround(int worker, Dependency dependency, long nanos) {
        var before = byWorker.get(worker).floorEntry(nanos);
        var after = byWorker.get(worker).ceilingEntry(nanos);
        return before != null && after != null && before.getValue().state(dependency) == Sample.OPEN
                && after.getValue().state(dependency) == Sample.OPEN;
    }
}
