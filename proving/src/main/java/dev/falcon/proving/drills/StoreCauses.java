package dev.falcon.proving.drills;

import java.util.List;

/** What goes wrong with Redis and PostgreSQL. */
final class StoreCauses {

    private StoreCauses() {}

    static List<Cause> all() {
        return List.of();
    }
}
