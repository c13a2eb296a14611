package dev.falcon.proving.drills;

import java.util.List;

/** What goes wrong with requests, models and the front door. */
final class RequestCauses {

    private RequestCauses() {}

    static List<Cause> all() {
        return List.of();
    }
}
