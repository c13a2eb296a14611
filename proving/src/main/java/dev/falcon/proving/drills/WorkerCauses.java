package dev.falcon.proving.drills;

import java.util.List;

/** What goes wrong with workers and their memory. */
final class WorkerCauses {

    private WorkerCauses() {}

    static List<Cause> all() {
        return List.of();
    }
}
