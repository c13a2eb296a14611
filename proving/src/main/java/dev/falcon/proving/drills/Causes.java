package dev.falcon.proving.drills;

import java.util.List;
import java.util.stream.Stream;

/** Every cause that is drilled. */
final class Causes {

    private Causes() {}

    static List<Cause> all() {
        return Stream.of(StoreCauses.all(), WorkerCauses.all(), RequestCauses.all()).flatMap(List::stream).toList();
    }
}
