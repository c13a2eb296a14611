package dev.falcon.inference;

/**
 * How long one request spent in each stage. Filled in by the request's own thread and read after its end; not safe for
 * use by several threads at once.
 */
public final class StageTimings {

    private static final Stage[] STAGES = Stage.values();

    private final long[] nanos = new long[STAGES.length];
    private int entered;

    /** Adds time spent in a stage; a stage may be entered more than once. */
    public void add(Stage stage, long elapsedNanos) {
        nanos[stage.ordinal()] += elapsedNanos;
        entered |= 1 << stage.ordinal();
    }

    /** Whether the request came through this stage at all. */
    public boolean entered(Stage stage) {
        return (entered & 1 << stage.ordinal()) != 0;
    }

    /** Nanoseconds spent in the stage; 0 if it was not entered. */
    public long nanos(Stage stage) {
        return nanos[stage.ordinal()];
    }
}
