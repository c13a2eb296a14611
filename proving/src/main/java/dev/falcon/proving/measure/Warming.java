package dev.falcon.proving.measure;

import java.io.IOException;
import java.time.Duration;

/** Warms a server up until the JVM's compilers are idle nearly all the time, which takes seconds or minutes; not for ever. */
final class Warming {

    /** The share of a processor below which compilers count as idle. */
    private static final double IDLE = 0.03;

    /** The same where each text has milliseconds, and a compiler that runs at the same time is in a p99. */
    static final double NEARLY_IDLE = 0.01;

    private Warming() {}

    /** CPU time that the compilers of a server, or of several, have had. */
    @FunctionalInterface
    interface Compilers {
        long nanos() throws IOException;
    }

    /** Asks for some time. */
    @FunctionalInterface
    interface Asking {
        void ask(Duration time) throws IOException, InterruptedException;
    }

    /** @param timesAtMost the usual time */
    static void warm(Compilers compilers, Effort effort, int timesAtMost, Asking asking)
            throws IOException, InterruptedException {
        warm(compilers, effort, timesAtMost, IDLE, asking);
    }

    /**
     * Until the compilers take less than this share of a processor.
     *
     * @param timesAtMost the usual time
     */
    static void warm(Compilers compilers, Effort effort, int timesAtMost, double idle, Asking asking)
            throws IOException, InterruptedException {
        long compiledNanos;
        int times = 0;
        do {
            long before = compilers.nanos();
            asking.ask(effort.warmUp());
            compiledNanos = compilers.nanos() - before;
            times++;
            // Less than nothing: one of its threads has ended, and others may go on.
        } while (!effort.isQuick() && times < timesAtMost
                && (compiledNanos < 0 || compiledNanos > idle * effort.warmUp().toNanos()));
    }
}
