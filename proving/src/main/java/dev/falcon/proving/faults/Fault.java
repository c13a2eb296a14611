package dev.falcon.proving.faults;

import dev.falcon.telemetry.Dependency;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * A way to break a dependency and to mend it.
 *
 * @param opens whether the contract has the breaker open by it
 * @param look the probe
 * @param isBroken what the probe must see while the fault is on
 */
record Fault(String name, Dependency dependency, boolean opens, Step begin, Step end, Supplier<Sight> look,
        Predicate<Sight> isBroken) {

    /** Something done to the dependency. */
    @FunctionalInterface
    interface Step {
        void run() throws Exception;
    }
}
