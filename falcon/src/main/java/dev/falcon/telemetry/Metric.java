package dev.falcon.telemetry;

import java.util.List;

/**
 * Every metric of Falcon's own: its name, type, labels and meaning. All carry {@code worker_id} besides. The JVM's and
 * the process's own metrics ({@code jvm_*}, {@code process_*}) come from a library and are not listed.
 */
public enum Metric {
    REQUESTS("inference_requests_total", Type.COUNTER, "Requests to the inference routes, by how they ended.",
            "status", "cache_hit", "model"),
    ERRORS("inference_errors_total", Type.COUNTER, "Requests that ended without an answer, by reason.", "error_type"),
    DURATION("inference_duration_seconds", Type.HISTOGRAM,
            "Time from a request's arrival to its answer, before rendering; successes only.", "cache_hit", "model"),
    DURATION_QUANTILES("inference_duration_seconds_quantiles", Type.GAUGE,
            "Quantiles of inference_duration_seconds over the last minute, interpolated in its buckets.", "model",
            "quantile"),
    TRUNCATED_TEXTS("inference_truncated_texts_total", Type.COUNTER,
            "Answers and embeddings given for a text that was longer than the model reads, cached and replayed ones too.",
            "model"),
    CONDEMNED_TEXTS("inference_condemned_texts_total", Type.COUNTER,
            "Requests refused as one of their texts had ended the process of a worker before.", "model"),
    STAGE_DURATION("inference_stage_duration_seconds", Type.HISTOGRAM, "Time spent in one stage of the journey.",
            "stage"),
    IN_FLIGHT("inference_inflight", Type.GAUGE, "Requests being worked on."),
    CONCURRENCY_LIMIT("inference_concurrency_limit", Type.GAUGE,
            "Requests that may be worked on at once, now: MAX_IN_FLIGHT, or fewer while an overload lasts."),
    SHED("requests_shed_total", Type.COUNTER, "Requests refused at admission, or for want of room for a large answer.",
            "reason"),
    CACHE_HITS("cache_hits_total", Type.COUNTER, "Texts answered from a cache.", "tier"),
    CACHE_MISSES("cache_misses_total", Type.COUNTER, "Texts that a cache was asked for in vain.", "tier"),
    CACHE_ERRORS("cache_errors_total", Type.COUNTER, "Operations of the shared cache that failed.", "operation"),
    IDEMPOTENCY_HITS("idempotency_hits_total", Type.COUNTER,
            "Requests answered with the answer stored under their key."),
    IDEMPOTENCY_MISSES("idempotency_misses_total", Type.COUNTER, "Requests whose key was new."),
    IDEMPOTENCY_CONFLICTS("idempotency_conflicts_total", Type.COUNTER,
            "Requests whose key was used for something else, or still in use at their deadline."),
    BREAKER_STATE("circuit_breaker_state", Type.GAUGE, "0 closed, 1 open, 2 half-open.", "dependency"),
    BREAKER_FAILURES("circuit_breaker_failures_total", Type.COUNTER, "Calls that failed or were too slow.",
            "dependency"),
    BREAKER_SUCCESSES("circuit_breaker_successes_total", Type.COUNTER, "Calls that succeeded in time.", "dependency"),
    FALLBACKS("fallback_triggered_total", Type.COUNTER, "Times that something was done without a dependency.",
            "dependency", "fallback_type"),
    RETRIES("retry_attempts_total", Type.COUNTER, "Second and further tries of background operations.", "operation"),
    DB_OPERATIONS("db_operations_total", Type.COUNTER, "Operations on the inference log's database.", "operation",
            "status"),
    DB_OPERATION_DURATION("db_operation_duration_seconds", Type.HISTOGRAM,
            "Time of an operation on the inference log's database.", "operation", "status"),
    DB_POOL_SIZE("db_connection_pool_size", Type.GAUGE, "Database connections open."),
    DB_POOL_AVAILABLE("db_connection_pool_available", Type.GAUGE, "Database connections open and idle."),
    DB_DISK("database_disk_bytes", Type.GAUGE,
            "Size of the disk of PostgreSQL's data directory; absent where its table database_disk does not tell."),
    DB_DISK_FREE("database_disk_free_bytes", Type.GAUGE,
            "Of that what is free for PostgreSQL; absent where nothing younger than 5 minutes is known."),
    LOG_ENQUEUED("inference_log_enqueued_total", Type.COUNTER,
            "Records taken into the log, those found in the spool at start included."),
    LOG_WRITTEN("inference_log_written_total", Type.COUNTER, "Records committed to the database."),
    LOG_PENDING("inference_log_pending", Type.GAUGE, "Records in memory, on their way, or in the spool."),
    LOG_DROPPED("dropped_logs_total", Type.COUNTER, "Records lost, by reason.", "reason"),
    LOG_OLDEST_PENDING("inference_log_oldest_pending_seconds", Type.GAUGE, "Age of the oldest record not yet written."),
    LOG_SPOOL_BYTES("inference_log_spool_bytes", Type.GAUGE, "Size of the spool on disk."),
    LOG_SPOOL_LIMIT("inference_log_spool_limit_bytes", Type.GAUGE,
            "How large the spool may grow; 0 where there is none."),
    LOG_PARTITION_DAYS("inference_log_partition_days_ahead", Type.GAUGE,
            "Days after today whose partition exists; unknown (NaN) until the database was asked."),
    CLOCK_OFFSET("clock_offset_seconds", Type.GAUGE,
            "This clock minus PostgreSQL's; unknown (NaN) until it was asked."),
    REDIS_MEMORY_RATIO("redis_memory_used_ratio", Type.GAUGE,
            "Redis' used memory over its maxmemory; 0 without a limit, unknown (NaN) until it was asked."),
    MODEL_LOAD_DURATION("model_load_duration_seconds", Type.GAUGE, "Time to load and check a model.", "model",
            "version", "digest"),
    MODEL_CALL_MODE("model_call_mode_info", Type.GAUGE,
            "1 for the way in which a loaded model is called: direct, one_at_a_time or batched.", "model", "version",
            "mode"),
    MODEL_BATCH_SIZE("model_inference_batch_size", Type.HISTOGRAM,
            "Texts in one run of a model; none for models that are called directly.", "model"),
    MODEL("model_info", Type.GAUGE, "1 for each loaded model.", "model", "version", "digest"),
    MEMORY_USAGE("memory_usage_bytes", Type.GAUGE, "Resident set of the process."),
    MEMORY_LIMIT("memory_limit_bytes", Type.GAUGE, "The container's memory limit, or the machine's memory."),
    HEAP_LIVE("heap_live_after_gc_bytes", Type.GAUGE,
            "Heap in use right after the last collection of any kind; unknown (NaN) before the first."),
    CONNECTIONS("http_connections", Type.GAUGE, "Client connections open."),
    CONNECTIONS_CUT("http_connections_cut_total", Type.COUNTER, "Client connections cut off, by what they did.",
            "reason"),
    DEBUG_MEMORY_GROWTH("debug_memory_growth_enabled", Type.GAUGE,
            "1 while DEBUG_MEMORY_GROWTH makes this worker leak memory on purpose, else 0."),
    DEBUG_CRASH_ON_TEXT("debug_crash_on_text_enabled", Type.GAUGE,
            "1 while DEBUG_CRASH_ON_TEXT makes a text end this worker on purpose, else 0."),
    LAST_EXIT_CLEAN("worker_last_exit_clean", Type.GAUGE,
            "1 if this worker's last run ended after a whole drain, 0 if not, unknown (NaN) where no mark can be kept."),
    APP("app_info", Type.GAUGE, "1, with the running version.", "version", "java_version");

    /** Kinds of metric. */
    public enum Type {
        COUNTER,
        GAUGE,
        HISTOGRAM
    }

    private final String fullName;
    private final Type type;
    private final String meaning;
    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<String> labels;

    Metric(String fullName, Type type, String meaning, String... labels) {
        this.fullName = fullName;
        this.type = type;
        this.meaning = meaning;
        this.labels = List.of(labels);
    }

    /** The name as it is scraped. */
    public String fullName() {
        return fullName;
    }

    public Type type() {
        return type;
    }

    /** One sentence for {@code # HELP} and the reference page. */
    public String meaning() {
        return meaning;
    }

    /** Label names besides {@code worker_id}. */
    public List<String> labels() {
        return labels;
    }
}
