package dev.falcon.proving.drills;

import java.util.List;
import java.util.Map;

/** What goes wrong with Redis and PostgreSQL. The first cause of each incident is the one that a quick run drills. */
final class StoreCauses {

    private static final String REDIS = "redis-unavailable";
    private static final String POSTGRES = "postgres-unavailable";
    private static final String BACKLOG = "log-backlog";
    private static final String PSQL = "psql -q -v ON_ERROR_STOP=1 -U falcon -d falcon_inference";
    /** The network that the stores and the workers share, whatever the project is called. */
    private static final String NETWORK = """
            network=$(docker inspect -f '{{range $name, $_ := .NetworkSettings.Networks}}{{$name}}{{end}}' falcon-postgres)
            """;

    private StoreCauses() {}

    static List<Cause> all() {
        return List.of(redisStopped(), redisPaused(), redisCutOff(), redisFull(), redisBusy(), redisFlushed(),
                postgresStopped(), postgresPaused(), postgresDropping(), postgresPoolTaken(),
                postgresSlow(), postgresLocked(), postgresDiskFull());
    }

    private static Cause redisStopped() {
        return redisAway("redis-stopped").by("docker compose stop redis");
    }

    private static Cause redisPaused() {
        return redisAway("redis-paused").by("docker pause falcon-redis");
    }

    private static Cause redisCutOff() {
        return redisAway("redis-cut-off").by(NETWORK + "docker network disconnect \"$network\" falcon-redis");
    }

    /** Somebody else's keys, which never expire, up to the limit. */
    private static Cause redisFull() {
        return Cause.of(REDIS, "redis-full")
                .by("""
                docker exec falcon-redis sh -c '
                n=0
                script="for i = 1, 100 do redis.call(\\"SET\\", KEYS[1] .. \\":\\" .. i, string.rep(\\"x\\", 100000)) end"
                until redis-cli EVAL "$script" 1 "report:$n" | grep -q OOM; do
                  n=$((n + 1))
                  [ "$n" -lt 100 ] || { echo "Redis took 1 GB and is not full" >&2; exit 1; }
                done'
                """)
                .firing("RedisMemoryNearMax", Map.of("dependency", "redis"))
                .mayFire("CacheErrors", "CircuitBreakerOpen", "LowCacheHitRate");
    }

    /** One client asks one slow thing after the other, and ends with its connection. */
    private static Cause redisBusy() {
        return redisAway("redis-busy").by("""
                docker exec -d falcon-redis bash -c '
                exec 3<> /dev/tcp/127.0.0.1/6379
                printf "AUTH %s\\r\\nCLIENT SETNAME nightly-report\\r\\n" "$(cat /run/secrets/redis_password)" >&3
                read -r _ <&3
                read -r _ <&3
                script="local n = 0 for i = 1, ARGV[1] do n = n + i % 7 end return n"
                request=$(printf "*4\\r\\n\\$4\\r\\nEVAL\\r\\n\\$%d\\r\\n%s\\r\\n\\$1\\r\\n0\\r\\n\\$8\\r\\n30000000\\r" ${#script} "$script")
                while printf "%s\\n" "$request" >&3 && read -r _ <&3; do :; done'
                """);
    }

    /** Texts come round every 85 s, and each worker keeps few of them itself, so that Redis is asked. */
    private static Cause redisFlushed() {
        return Cause.of(REDIS, "redis-flushed")
                .given("""
                sed -i '/^CACHE_LOCAL_MAX_ENTRIES=/d' .env
                echo CACHE_LOCAL_MAX_ENTRIES=100 >> .env
                docker compose up -d --no-build --wait worker-1 worker-2 worker-3
                """)
                .by("docker exec falcon-redis redis-cli FLUSHDB")
                .firing("LowCacheHitRate", Map.of("tier", "redis"))
                .asking(8_500)
                .healing();
    }

    private static Cause postgresStopped() {
        return postgresAway("postgres-stopped").by("docker compose stop postgres");
    }

    private static Cause postgresPaused() {
        return postgresAway("postgres-paused").by("docker pause falcon-postgres");
    }

    private static Cause postgresDropping() {
        return postgresAway("postgres-dropping").given("""
                sed -i '/^INFERENCE_LOG_SPOOL_MAX_MB=/d; /^LOG_BUFFER_CAPACITY=/d' .env
                printf 'INFERENCE_LOG_SPOOL_MAX_MB=1\\nLOG_BUFFER_CAPACITY=100\\n' >> .env
                docker compose up -d --no-build --wait worker-1 worker-2 worker-3
                """)
                .by("docker compose stop postgres")
                .firing("DatabaseLogsDropped", Map.of("worker", "worker-1", "reason", "buffer_full"))
                .mayFire("CircuitBreakerOpen", "DatabaseOperationSlow", "HighRetryRate", "SpoolNearFull",
                        "WorkerDown")
                .rows(Cause.Rows.DROPPED);
    }

    /** A program that keeps what it gets, and never more than it once got. */
    private static Cause postgresPoolTaken() {
        return postgresAway("postgres-pool-taken").by(NETWORK + """
                docker exec -d falcon-postgres %s -c "DO \\$\\$ BEGIN FOR i IN 1..75 LOOP
                  PERFORM pg_stat_clear_snapshot();
                  PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'falcon-%%';
                  PERFORM pg_sleep(0.2);
                END LOOP; END \\$\\$"
                docker run -d --name nightly-report --label falcon.drill --network "$network" \\
                  -e PGPASSWORD="$(cat secrets/postgres_password)" -e PGAPPNAME=nightly-report \\
                  --entrypoint bash "$(docker inspect -f '{{.Config.Image}}' falcon-postgres)" -c '
                take() {
                  until psql -qAt -h postgres -U falcon -d falcon_inference -c "\\! touch /tmp/$1" -c "SELECT pg_sleep(86400)"
                    [ -e "/tmp/$1" ]; do sleep 0.2; done
                }
                for n in $(seq 100); do take "$n" 2> /dev/null & done
                wait'
                """.formatted(PSQL));
    }

    private static Cause postgresSlow() {
        return Cause.of(BACKLOG, "postgres-slow")
                .by("""
                docker exec falcon-postgres %s -c "
                CREATE FUNCTION audit_inference() RETURNS trigger LANGUAGE plpgsql
                  AS \\$\\$ BEGIN PERFORM pg_sleep(1.5); RETURN NULL; END \\$\\$;
                CREATE TRIGGER audit AFTER INSERT ON inference_logs FOR EACH STATEMENT EXECUTE FUNCTION audit_inference()"
                """.formatted(PSQL))
                .firing("DatabaseOperationSlow", Map.of("dependency", "postgres", "operation", "insert"))
                .mayFire("HighRetryRate", "CircuitBreakerOpen")
                .cleanedUpBy("docker exec falcon-postgres " + PSQL
                        + " -c 'DROP FUNCTION IF EXISTS audit_inference CASCADE'");
    }

    private static Cause postgresLocked() {
        return Cause.of(BACKLOG, "postgres-locked")
                .by("""
                docker exec -d -e PGAPPNAME=migration falcon-postgres %s \\
                  -c "BEGIN; LOCK TABLE inference_logs IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(86400)"
                """.formatted(PSQL))
                .firing("CircuitBreakerOpen", Map.of("dependency", "postgres", "worker", "worker-1"))
                .mayFire("DatabaseOperationSlow", "HighRetryRate", "InferenceLogBacklog");
    }

    /** The oldest day grows until no byte is left: a row of 2 kB is not compressed. */
    private static Cause postgresDiskFull() {
        return Cause.of("disk-full", "postgres-disk-full")
                .given("""
                docker exec -u postgres falcon-postgres /docker-entrypoint-initdb.d/ballast.sh
                docker exec falcon-postgres %s -c "DO \\$\\$ DECLARE day date := (now() AT TIME ZONE 'UTC')::date - 7; BEGIN
                  EXECUTE format('CREATE TABLE IF NOT EXISTS inference_logs_p%%s PARTITION OF inference_logs FOR VALUES FROM (%%L) TO (%%L)
                    WITH (autovacuum_enabled = off)',
                    to_char(day, 'YYYYMMDD'), day || ' 00:00:00+00', day + 1 || ' 00:00:00+00');
                END \\$\\$"
                """.formatted(PSQL))
                .by("""
                        docker exec -d falcon-postgres bash -c "while %s -c \\"INSERT INTO inference_logs
                          (id, item, request_id, worker_id, text_hash, text_length, cache_hit, idempotency_hit, success,
                          processing_time_ms, error_type, error_message, created_at)
                          SELECT gen_random_uuid(), 0, 'old-' || n, 'worker-1', md5(n::text), 1, false, false, false,
                            1, 'internal', repeat(md5(random()::text), 50), now() - interval '7 days'
                          FROM generate_series(1, 2000) n\\"; do :; done"
                        """.formatted(PSQL))
                .firing("CircuitBreakerOpen", Map.of("dependency", "postgres", "worker", "worker-1"))
                .mayFire("DatabaseDiskFilling", "DatabaseOperationSlow", "HighRetryRate")
                .cleanedUpBy("""
                        docker compose run --rm --no-deps --entrypoint rm postgres -f /var/lib/postgresql/data/ballast
                        docker compose up -d --wait postgres
                        until scripts/drop-oldest-day.sh | grep -q 'nothing dropped'; do :; done
                        docker exec -u postgres falcon-postgres /docker-entrypoint-initdb.d/ballast.sh
                        """);
    }

    private static Cause redisAway(String name) {
        return Cause.of(REDIS, name)
                .firing("CircuitBreakerOpen", Map.of("dependency", "redis", "worker", "worker-1"))
                .mayFire("CacheErrors", "LowCacheHitRate");
    }

    private static Cause postgresAway(String name) {
        return Cause.of(POSTGRES, name)
                .firing("CircuitBreakerOpen", Map.of("dependency", "postgres", "worker", "worker-1"))
                .mayFire("DatabaseOperationSlow", "HighRetryRate");
    }
}
