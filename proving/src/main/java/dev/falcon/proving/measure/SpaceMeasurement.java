package dev.falcon.proving.measure;

import dev.falcon.inference.Ticker;
import dev.falcon.proving.load.Load;
import dev.falcon.proving.measure.Question.Way;
import dev.falcon.testing.MetricsPage;
import dev.falcon.testing.RealPostgres;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** What a request leaves behind: bytes of a row, of an answer in Redis, of a record in the spool. */
final class SpaceMeasurement implements Measurement {

    private static final int CONNECTIONS = 8;

    /** Many beside the steps in which a table and Redis grow. */
    private static final int REQUESTS = 4_000;
    private static final int REQUESTS_QUICK = 200;
    private static final Duration SPOOLED_WITHIN = Duration.ofSeconds(20);
    private static final String SIZES = """
            SELECT (SELECT count(*) FROM inference_logs), sum(pg_table_size(inhrelid)), sum(pg_indexes_size(inhrelid)),
            pg_current_wal_lsn() - '0/0' FROM pg_inherits WHERE inhparent = 'inference_logs'::regclass""";

    @Override
    public List<Row> take(Bench bench) throws IOException, InterruptedException {
        Row plain = Row.named("uncached", null);
        Row keyed = Row.named("uncached, with an idempotency key", null);
        Row away = Row.named("uncached, PostgreSQL away", null);
        try (Stack stack = Stack.held()) {
            Question fresh = new Question(Stack.endpoint(stack.workers().getFirst()), FleetMeasurement.texts(),
                    Way.FRESH);
            for (int round = 0; round < bench.effort().rounds(); round++) {
                measure(stack, plain, fresh, bench.effort());
                measure(stack, keyed, new Question(fresh.endpoint(), fresh.texts(), Way.KEYED), bench.effort());
            }
        }
        for (int round = 0; round < bench.effort().rounds(); round++) {
            spool(bench, away);
        }
        return List.of(plain, keyed, away);
    }

    private static void measure(Stack stack, Row row, Question question, Effort effort)
            throws IOException, InterruptedException {
        stack.settle();
        List<Double> before = stack.numbers(SIZES);
        double memoryBefore = stack.redisMemory("used_memory");
        long requests = 0;
        while (requests < (effort.isQuick() ? REQUESTS_QUICK : REQUESTS)) {
            requests += question.ask(row.name(), Load.Plan.closed(CONNECTIONS), effort.round().dividedBy(4))
                    .tally()
                    .ok();
        }
        double memoryAfter = stack.redisMemory("used_memory");
        stack.settle();
        List<Double> after = stack.numbers(SIZES);
        row.add("redis_bytes", (memoryAfter - memoryBefore) / requests);
        double rows = after.get(0) - before.get(0);
        row.add("table_bytes", (after.get(1) - before.get(1)) / rows);
        row.add("index_bytes", (after.get(2) - before.get(2)) / rows);
        row.add("wal_bytes", (after.get(3) - before.get(3)) / rows);
    }

    /** A worker of our own, whose PostgreSQL is at a port where nobody listens. */
    private static void spool(Bench bench, Row row) throws IOException, InterruptedException {
        try (Server worker = bench.worker(Map.of("POSTGRES_HOST", "127.0.0.1", "POSTGRES_PORT",
                Integer.toString(RealPostgres.freePort()), "POSTGRES_PASSWORD", "unused"))) {
            Question question = new Question(worker.endpoint(), new Texts(), Way.FRESH);
            // Slow enough that nothing is dropped.
            double asked =
                    question.ask(row.name(), Load.Plan.open(CONNECTIONS, 1_000), bench.effort().round()).tally().ok();
            Ticker ticker = Ticker.system();
            long endNanos = ticker.nanos() + SPOOLED_WITHIN.toNanos();
            double bytes = -1;
            double seen = 0;
            // Until it grows no more: then all of them are in it.
            while (bytes < seen && endNanos - ticker.nanos() > 0) {
                bytes = seen;
                ticker.sleep(Duration.ofSeconds(1));
                seen = new MetricsPage(worker.page("/metrics")).sum("inference_log_spool_bytes");
            }
            row.add("spool_bytes", seen / (asked - worker.dropped()));
        }
    }
}
