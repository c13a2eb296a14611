package dev.falcon.proving.drills;

import java.util.List;

/** A runbook that cannot be run. The message names every line and what is wrong there. */
final class MalformedRunbook extends Exception {

    private static final long serialVersionUID = 1L;

    MalformedRunbook(List<String> faults) {
        super(String.join("\n", faults), null, false, false);
    }
}
