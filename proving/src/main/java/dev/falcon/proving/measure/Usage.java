package dev.falcon.proving.measure;

/**
 * What a process has used since its start.
 *
 * @param cpuNanos on all cores, in user mode and in the kernel
 * @param allocatedBytes on the heap, by all its threads, alive or not
 */
public record Usage(long cpuNanos, long allocatedBytes) {

    /** What was used since an earlier look. */
    public Usage since(Usage earlier) {
        return new Usage(cpuNanos - earlier.cpuNanos, allocatedBytes - earlier.allocatedBytes);
    }
}
