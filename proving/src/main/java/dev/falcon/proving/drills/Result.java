package dev.falcon.proving.drills;

import java.util.ArrayList;
import java.util.List;

/**
 * A drill that has been judged.
 *
 * @param failures why it failed; empty where it passed
 */
record Result(DrillRecord record, List<String> failures) {

    boolean passed() {
        return failures.isEmpty();
    }

    String name() {
        return record.cause.name() + switch (record.control) {
            case NONE -> "";
            case NO_FAULT -> ", no fault";
            case NO_RESOLUTION -> ", no resolution";
        };
    }

    Result and(String failure) {
        List<String> all = new ArrayList<>(failures);
        all.add(failure);
        return new Result(record, all);
    }
}
