package dev.falcon.proving.measure;

import java.util.List;

/**
 * What the page says around the figures.
 *
 * @param id its name on the command line and in the results
 * @param what how it was measured, and what it is compared with
 * @param limits what it does not show
 */
record Chapter(String id, String title, String what, String limits, List<Column> columns) {

    static final Chapter SERVING = new Chapter("serving", "What a request costs", """
            One worker after the other is asked over 8 connections that each ask again as soon as they are answered. A
            *cache hit* asks 1,000 known texts in turn, which the worker holds itself; *uncached* asks a text that nobody
            asked before, each time, so that the model answers and both caches are filled. All texts have about 100
            characters. The reference is the worker's own listener in a process of its own with the same JVM flags,
            which reads the request and answers the bytes of a worker's answer: no JSON, no journey, no metrics, no
            record. CPU time is that of the worker's process, in user mode and in the kernel, until the last record of
            the round is written; allocation is the JVM's own count for all its threads over the same time.""", """
            The client runs on the same cores, and so do Redis and PostgreSQL: requests a second are what the machine
            gave to all of them together, and CPU time of a request is the steadier figure. Work of Redis and PostgreSQL
            is not in it. A log that cannot keep up drops records rather than hold up requests, and what is dropped is
            cheaper; the share is in the table.""", List.of(
            new Column("requests_per_second", "requests/s", 0, true),
            new Column("cpu_micros", "CPU µs a request", 1, true),
            new Column("allocated_bytes", "bytes allocated a request", 0, true),
            new Column("dropped_percent", "records dropped, %", 1, false)));

    static final List<Chapter> ALL = List.of(SERVING);
}
