package dev.falcon.proving.measure;

import java.util.List;
import java.util.stream.Stream;

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
            the round is written; allocation is the JVM's own count for all its threads over the same time. Before, each is
            asked until the JVM's compilers take less than three hundredths of a processor, ten times 4 s at most.""", """
            The client runs on the same cores, and so do Redis and PostgreSQL: requests a second are what the machine
            gave to all of them together, and CPU time of a request is the steadier figure. Work of Redis and PostgreSQL
            is not in it. A log that cannot keep up drops records rather than hold up requests, and what is dropped is
            cheaper; the share is in the table.""", List.of(
            new Column("requests_per_second", "requests/s", 0, true),
            new Column("cpu_micros", "CPU µs a request", 1, true),
            new Column("allocated_bytes", "bytes allocated a request", 0, true),
            new Column("dropped_percent", "records dropped, %", 1, false)));

    static final Chapter SPEED = new Chapter("speed", "Speed of one core", """
            Server and client have a core each (`taskset`), where there are two: a row says so where there are not. 64
            connections each ask again as soon as they are answered, all by one thread, which costs the client less than
            a request costs the server. A *cache hit* asks 1,000 known texts in turn, which
            the worker holds itself; *every text different* is answered by the linear model and fills the cache. The
            reference is the worker's own listener with the same JVM flags on the same core, which reads the request and
            answers the bytes of a worker's answer: no JSON, no journey, no metrics, no record. The log is the one in
            SQLite, which the worker's core writes too; CPU time is until the last record of the round is written. Warmed up as in
            the chapter before.""",
            """
            A client that cannot ask any faster hides a difference in requests/s: where a server's core was not busy
            throughout, the ratio of CPU time is the one to look at, and its inverse is what the core could do. The
            constant server sends fewer header lines. Of 64 connections on one core most wait, so this is no latency. A log
            that cannot keep up drops records rather than hold up requests, and what is dropped is cheaper; the share is in
            the table.""",
            List.of(
                    new Column("requests_per_second", "requests/s", 0, true),
                    new Column("cpu_micros", "CPU µs a request", 1, true),
                    new Column("busy_percent", "its core busy, %", 0, false),
                    new Column("dropped_percent", "records dropped, %", 1, false)));

    static final Chapter LATENCY = new Chapter("latency", "Latency at half load", """
            A worker with Redis and PostgreSQL is asked in an open loop: a request is due at its time whatever became of
            those before it, and its latency counts from then, so that a stall is in the latency of all that it held up.
            The rate is half of what the same worker reached in a closed loop just before. The reference is the constant
            server at the same rate.""", """
            The client's own timer and the shared cores are in all figures; the reference shows how much. Above half load
            latency depends on the load more than on the worker. Few requests of a round are slower than its p99.9, so
            that figure is the roughest.""", List.of(
            new Column("rate", "requests/s asked", 0, false), new Column("p50", "p50 ms", 3, true),
            new Column("p90", "p90 ms", 3, true), new Column("p99", "p99 ms", 3, true),
            new Column("p999", "p99.9 ms", 3, true)));

    static final Chapter TRANSFORMER = new Chapter("transformer", "Speed of the sentence encoder",
            """
            A worker with one model asked over 8 and over 32 connections that each ask again as soon as they are
            answered: texts of about 14 tokens, each asked once. Its log and its caches are on, as by default. The
            reference is a plain loop in a process of its own over the same texts, weights and tokenizer: a thread for
            each core, one session for all of them with one thread to a run and no spinning, mean pooling and a head of
            two labels; no HTTP, no queue. *The loop over HTTP* answers texts itself, on the worker's own listener and with nothing
            but a queue for its turns: the least that serving can cost. With fp32 it computes in batches of the size that it was fastest with just
            before, of 1, 2, 4, 8, 16 and 32; int8 goes one text at a time, as a neighbour in a batch would change its
            answer. Worker and loop have one core, and the client another, where there are two (`taskset`): a row says
            so where there are not. The loop is used for half a minute beforehand, and the worker until the JVM's
            compilers take less than three hundredths of the core, three minutes at most. *Least served* is the answers to the connection with the fewest,
            over the mean of all.""", """
            Texts of one length: batches of mixed ones waste time on padding, in the worker as in the loop. In a round a
            connection gets few answers, so that one more or less shows in the share of the least served. Latency
            of a closed loop follows from its rate and its connections; what half load looks like is in the next
            chapter.""", List.of(
                    new Column("texts_per_second", "texts/s", 1, true), new Column("p50", "p50 ms", 1, false),
                    new Column("p99", "p99 ms", 1, false), new Column("p99_over_p50", "p99 ÷ p50", 2, false),
                    new Column("least_served", "least served", 2, false)));

    static final Chapter OVERHEAD = new Chapter("overhead", "What the platform adds to a model at half load",
            """
            A worker with the int8 encoder is asked fresh texts of about 14 tokens in an open loop, evenly, at half of
            what the same worker reached over 8 connections just before. Each answer's `Server-Timing` says how long the
            request took in all and how much of that went to tokenizer and model: the rest, waiting for a processor
            included, is *added in the worker*. *Added for the client* is the same rest of the time from sending the
            request to having the answer, each request against its own. Worker and client have a core each, where there are two. Before,
            the worker is asked until the JVM's compilers take less than three hundredths of a core, and in the open loop less than
            one, three minutes at most each: on one core, whatever they take is somebody's delay. The reference is a plain loop over
            the same weights and tokenizer on the same core, which computes a text whenever a request would be due; what it adds is
            how late the machine lets it begin.""",
            """
            Requests come evenly; when they come in bursts they wait for each other, and that is what most of a p99 is.
            Time in the model is of a machine at
            half load: what sharing caches and clock with another request costs is not counted as added.""", List.of(
                    new Column("rate", "requests/s asked", 1, false),
                    new Column("compute_p50", "tokenizer and model, p50 ms", 3, true),
                    new Column("compute_p99", "p99 ms", 3, false),
                    new Column("worker_p50", "added in the worker, p50 ms", 3, false),
                    new Column("worker_p99", "p99 ms", 3, false),
                    new Column("client_p50", "added for the client, p50 ms", 3, false),
                    new Column("client_p99", "p99 ms", 3, false)));

    static final Chapter JMH = new Chapter("jmh", "Parts of a request's path", """
            JMH, one thread, a JVM of its own for each benchmark; a round is an iteration. `vectorizer` and
            `modelPredict` use the shipped model and a text of about 100 characters; `jsonIn` reads and checks a body,
            `jsonOut` renders an answer; `cacheKey` hashes text and digest; `metricsObserve` counts one success;
            `logOffer` makes a record and hands it to the log's buffer. There is no reference but each other.""", """
            A loop that does one thing has warm caches and a compiler that knows it all: in a request the same part is
            slower. Waiting for locks is not in it, with one thread.""", List.of(
            new Column("nanos", "ns", 1, false), new Column("bytes", "bytes allocated", 0, false)));

    static final Chapter ROWS = new Chapter("rows", "Rows into PostgreSQL", """
            The inference log's own sink writes rows in batches of the writer's size, each in a transaction of its own
            and such that a repeated batch makes no second row; the reference is one COPY of the same rows into the same
            table, emptied before each.""", """
            One connection, on the loopback, to a server that shares the cores and has an empty table. The sink
            copies too; a batch of which a row is there already it inserts row by row, which costs several times as much
            and is not in the figure. Nor is making the rows.""",
            List.of(new Column("rows_per_second", "rows/s", 0, true)));

    static final Chapter TRAINING = new Chapter("training", "Training a head", """
            `falcon train --runtime transformer` of 10,000 texts with 77 labels from start to end, a model on disk: reading,
            embedding, choosing the regularisation by cross-validation, fitting, evaluating. First with an empty
            MODEL_CACHE_DIR, so that libraries and weights are unpacked and each text is embedded, once; then again, with
            what the first time kept.""", """
            Texts are made up of some 14 common words of which three tell the label: longer ones take longer to embed, and what
            is harder to tell apart takes more steps to fit.""", List.of(new Column("seconds", "s", 1, true)));

    static final Chapter START = new Chapter("start", "Start to first answer", """
            From calling `bin/falcon serve` to the answer of its first request, in-process store and SQLite. The AOT
            cache is recorded beforehand by a run that answers requests, as `make aot` does it. The reference is the same JVM
            from its start to its end, printing its version. *On one core*: JVM and worker have one processor (`taskset`),
            the client another, where there are two.""", """
            Files are in the system's memory; a first start after boot reads them from disk. Recording the cache itself
            is not counted.""", List.of(
            new Column("first_answer_millis", "ms to the first answer", 0, true),
            new Column("cpu_millis", "CPU ms until then", 0, false)));

    static final Chapter MEMORY = new Chapter("memory", "Resident set", """
            A new worker each round, in-process store and SQLite: its resident set when it is ready, right after load
            (cache hits, then fresh texts, as fast as it answers), and after twice the time of one of them without
            requests. The reference is the default heap on this machine.""", """
            By default the heap may grow to 35 % of the memory that the process may use, so on a large machine the
            resident set tells how rarely it was worth collecting, not what a worker needs; the small heap is nearer to
            that. Caches fill up with what was asked, and the faster the machine the more that is.""", List.of(
            new Column("after_start", "after start, MiB", 0, true),
            new Column("after_load", "after load, MiB", 0, true),
            new Column("at_rest", "at rest, MiB", 0, true)));

    static final Chapter FLEET = new Chapter("fleet", "The fleet on one core",
            """
            The running compose stack (`make up`): workers, Nginx, Redis and PostgreSQL share the machine's last core, the
            client has the others, so requests/s are what one core gives, and three workers are compared with one by what
            the same core serves. 16 connections each ask again as soon as they are answered. The reference is one
            worker of the stack asked directly; *the same worker behind Nginx* is an Nginx of the same image and
            configuration that knows this worker alone. *Sentence encoder* asks texts of about 20 tokens of `sentiment`, which
            is what a stack serves by default, and the other rows the linear model: workers serve both (`DEFAULT_MODEL=sentiment-linear`,
            `SERVED_MODELS=all`). CPU time is that of the containers' control groups, of all processes in them, until the
            last record of the round is written; with it one can reckon for any number of cores. Each way is asked beforehand until
            the compilers of the workers' JVMs take less than three hundredths of the core, for three minutes at most.""",
            """
            One core for everything: how the fleet grows with cores is reckoned from CPU time, not shown. Containers are
            asked at their own addresses: what Docker's port forwarding costs is not in it, nor is the way of a network.
            Health checks, Prometheus' scrapes and idle work of the containers that count are. A log that cannot keep up
            drops records rather than hold up requests; the share is in the table.""", List.of(
                    new Column("requests_per_second", "requests/s", 0, true),
                    new Column("cpu_micros", "CPU µs a request, all", 1, true),
                    new Column("worker_micros", "workers", 1, false), new Column("nginx_micros", "Nginx", 1, false),
                    new Column("redis_micros", "Redis", 1, false),
                    new Column("postgres_micros", "PostgreSQL", 1, false),
                    new Column("dropped_percent", "records dropped, %", 1, false)));

    static final Chapter FRONT_DOOR = new Chapter("front-door", "Latency that Nginx adds", """
            One worker of the running stack is asked in an open loop, directly and through an Nginx that knows it alone,
            in turn, at half of what it reached behind that Nginx in a closed loop just before. Stack and client lie on
            the cores as above. *Added* is the difference of the two in the same round.""", """
            One core for everything, so that Nginx also makes the worker wait. Loopback and bridge of one machine: what a
            network adds is not in it. Connections are kept open; a new one for each request costs more.""", List.of(
            new Column("rate", "requests/s asked", 0, false), new Column("p50", "p50 ms", 3, true),
            new Column("p90", "p90 ms", 3, true), new Column("p99", "p99 ms", 3, true),
            new Column("added_p50", "added at p50, ms", 3, false),
            new Column("added_p99", "added at p99, ms", 3, false)));

    static final Chapter SPACE = new Chapter("space", "What a request leaves behind", """
            A worker of the running stack answers fresh texts of about 100 characters. Before and after, PostgreSQL is
            asked for the sizes of all partitions, their indexes, the number of rows and the place in its write-ahead
            log, and Redis for `used_memory`; a figure is the growth over the rows or the requests. With an
            idempotency key a request leaves a second entry in Redis. *PostgreSQL away* is a worker of its own whose
            database nobody listens for: size of the spool over records in it.""", """
            Tables grow by whole blocks, and Redis' table of keys doubles at once, so single rounds differ. Without the
            text of the request, which INFERENCE_LOG_TEXT=true adds. The write-ahead log is bounded by max_wal_size and
            is used again; it is what the disk has to write, not to keep.""", List.of(
            new Column("table_bytes", "table, bytes a row", 0, false),
            new Column("index_bytes", "indexes, bytes a row", 0, false),
            new Column("wal_bytes", "write-ahead log, bytes a row", 0, false),
            new Column("redis_bytes", "Redis, bytes a request", 0, false),
            new Column("spool_bytes", "spool, bytes a record", 0, false)));

    /** Those that need nothing but this machine. */
    static final List<Chapter> ALONE =
            List.of(SERVING, SPEED, LATENCY, TRANSFORMER, OVERHEAD, JMH, ROWS, TRAINING, START, MEMORY);

    /** Those that measure a running stack, and only when they are asked for by name. */
    static final List<Chapter> OF_THE_STACK = List.of(FLEET, FRONT_DOOR, SPACE);

    static final List<Chapter> ALL = Stream.concat(ALONE.stream(), OF_THE_STACK.stream()).toList();
}
