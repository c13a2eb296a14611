package dev.falcon.proving.drills;

import java.util.ArrayList;
import java.util.List;

/**
 * A drill that has been judged.
 *
 * @param failures why it failed; empty where it passed
 * @param firstTry why a first try failed before this one; empty where there was none
 */
record Result(DrillRecord record, List<String> failures, List<String> firstTry) {

    /** Of a first try. */
    Result(DrillRecord record, List<String> failures) {
        this(record, failures, List.of());
    }

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
        return new Result(record, all, firstTry);
    }

    /** The same as a second try. */
    Result after(Result first) {
        return new Result(record, failures, first.failures());
    }

    String verdict() {
        return (passed() ? "passed" : "FAILED") + (firstTry.isEmpty() ? "" : ", 2nd try");
    }
}
