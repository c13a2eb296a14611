package dev.falcon.proving.measure;

import java.io.IOException;
import java.time.Duration;

/** Warms a server up until the JVM's compilers are idle nearly all the time, which takes seconds or minutes; not for ever. */
final class Warming {

    /** Of a processor. */
    private static final double IDLE = 0.03;

    private Warming() {}

    /** Asks for some time. */
    @FunctionalInterface
    interface Asking {
        void ask(Duration time) throws IOException, InterruptedException;
    }

    /** @param timesAtMost the usual time */
    static void warm(UsageMeter meter, Effort effort, int timesAtMost, Asking asking)
            throws IOException, InterruptedException {
        long compiledNanos;
        int times = 0;
        do {
            long before = meter.compilerNanos();
            asking.ask(effort.warmUp());
            compiledNanos = meter.compilerNanos() - before;
            times++;
            // Less than nothing: one of its threads has ended, and others may go on.
        } while (!effort.isQuick() && times < timesAtMost
                && (compiledNanos < 0 || compiledNanos > IDLE * effort.warmUp().toNanos()));
    }
}
