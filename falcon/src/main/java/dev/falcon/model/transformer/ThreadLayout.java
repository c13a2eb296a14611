package dev.falcon.model.transformer;

/**
 * How a worker's cores are divided among inferences: the one place that decides it. As many callers as cores, each on its own
 * thread and no more: two callers with a thread each do at least as much as one with two (docs/decisions/0010).
 *
 * @param callers texts, or batches, that are computed at once
 * @param threadsEach threads that compute one of them, the caller's own included
 */
record ThreadLayout(int callers, int threadsEach) {

    /** @param cores as the JVM sees them: 1 in a container that has half a core */
    static ThreadLayout of(int cores) {
        return new ThreadLayout(Math.max(1, cores), 1);
    }
}
