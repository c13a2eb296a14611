package dev.falcon.config;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Every setting of a worker. A room is handed the part it needs and never sees the environment. Durations carry their
 * unit in the variable's name; a path that is set is relative to the working folder, a default one to the installation.
 */
public record Settings(Worker worker, Http http, Limits limits, Batch batch, Models models, Encoding encoding,
        Redis redis, Postgres postgres, Breaker breaker, Retry retry, Cache cache, Idempotency idempotency,
        InferenceLog inferenceLog, Tracing tracing, Debug debug) {

    /** What the worker is called and how it logs. */
    public record Worker(
            @Setting(env = "WORKER_ID", byDefault = "{hostname}", pattern = "[A-Za-z0-9._-]{1,63}",
                    meaning = "Name of this worker in answers, logs, metrics and records; 1 to 63 of [A-Za-z0-9._-].") String id,
            @Setting(env = "LOG_LEVEL", byDefault = "INFO",
                    meaning = "The least severe level that is written.") LogLevel logLevel,
            @Setting(env = "LOG_FORMAT", byDefault = "json",
                    meaning = "One JSON object a line, or lines for people.") LogFormat logFormat,
            @Setting(env = "SLOW_REQUEST_MS", byDefault = "1000", unit = "ms", min = 1, max = 3_600_000,
                    meaning = "A request that takes longer is logged as `slow request`, sampled.") Duration slowRequest) {}

    /** Severity of log lines. */
    public enum LogLevel {
        DEBUG,
        INFO,
        WARNING,
        ERROR,
        CRITICAL
    }

    /** Shape of log lines. */
    public enum LogFormat {
        JSON,
        TEXT
    }

    /** The port, and what a client may do on it. */
    public record Http(
            @Setting(env = "HOST", port = "PORT", byDefault = "0.0.0.0", meaning = "Address to listen on.") String host,
            @Setting(env = "PORT", byDefault = "8000", max = 65535,
                    meaning = "Port to listen on; 0 takes any free one.") int port,
            @Setting(env = "MAX_BODY_BYTES", byDefault = "262144", unit = "bytes", min = 1024, max = 67_108_864,
                    meaning = "A longer body is refused as body_too_large.") int maxBodyBytes,
            @Setting(env = "MAX_CONNECTIONS", byDefault = "4096", min = 1, max = 1_000_000,
                    meaning = "Open connections. A further one takes the place of the one that has gone longest without a whole request; where all are at work it waits.") int maxConnections,
            @Setting(env = "CLIENT_READ_TIMEOUT_SECONDS", byDefault = "10", unit = "seconds", min = 0.1, max = 3600,
                    meaning = "A request must arrive whole within this time, counted from its connection's opening or its first byte; a connection that stays silent is closed after it.") Duration clientReadTimeout,
            @Setting(env = "CLIENT_IDLE_TIMEOUT_SECONDS", byDefault = "75", unit = "seconds", min = 0.1, max = 86_400,
                    meaning = "A kept-alive connection without a new request is closed after this time.") Duration clientIdleTimeout,
            @Setting(env = "DRAIN_GRACE_SECONDS", byDefault = "5", unit = "seconds", max = 3600,
                    meaning = "After SIGTERM: how long the worker is unready but still accepts, so that balancers learn of it.") Duration drainGrace,
            @Setting(env = "GRACEFUL_SHUTDOWN_TIMEOUT_SECONDS", byDefault = "30", unit = "seconds", min = 0.1,
                    max = 3600,
                    meaning = "After SIGTERM: how long the whole drain may take, grace and log flush included; what is left then is said, exit 1.") Duration gracefulShutdownTimeout,
            @Setting(env = "TRUSTED_PROXIES",
                    meaning = "Comma-separated addresses or networks whose X-Forwarded-For is believed.") List<Cidr> trustedProxies) {}

    /** How much is worked on at once, and for how long. */
    public record Limits(
            @Setting(env = "MAX_IN_FLIGHT", byDefault = "{64*cores}", min = 1, max = 1_000_000,
                    meaning = "Requests worked on at once at most, and fewer while an overload lasts (`inference_concurrency_limit`); more are refused as overloaded.") int maxInFlight,
            @Setting(env = "REQUEST_TIMEOUT_SECONDS", byDefault = "30", unit = "seconds", min = 0.01, max = 3600,
                    meaning = "A request's deadline, counted from its arrival.") Duration requestTimeout,
            @Setting(env = "INFERENCE_TIMEOUT_SECONDS", byDefault = "10", unit = "seconds", min = 0.01, max = 3600,
                    meaning = "The part of the deadline that one inference may use, waiting for another request's included.") Duration inferenceTimeout,
            @Setting(env = "RATE_LIMIT_PER_MINUTE", byDefault = "0", max = 100_000_000,
                    meaning = "Requests a minute and client address; more are refused as rate_limited. 0: off.") int rateLimitPerMinute) {}

    /** Several texts at once. */
    public record Batch(
            @Setting(env = "MAX_BATCH_TEXTS", byDefault = "64", min = 1, max = 10_000,
                    meaning = "Texts of one request to /infer/batch, and texts times models of any request; more are refused as malformed_request, and so are answers that would not fit into the eighth of the heap that all large ones have together.") int maxTexts,
            @Setting(env = "BATCH_MAX_SIZE", byDefault = "32", min = 1, max = 1024,
                    meaning = "Texts that a model is given at once at most; only as many as were seen to pay when it was warmed up. 1: no batches.") int maxSize,
            @Setting(env = "BATCH_MAX_TOKENS", byDefault = "" + MOST_TOKENS, unit = "tokens", min = 1,
                    max = 10_000_000,
                    meaning = "Padded tokens of a batch at most: its longest text's times its texts. A longer text goes by itself. More than 1024 means 1024, which is what the memory check of the start counts for each run of a model.") int maxTokens,
            @Setting(env = "BATCH_MAX_DELAY_MS", byDefault = "0", unit = "ms", max = 1000,
                    meaning = "How long a text may wait for others although its model could be run. 0: a batch is what came while the processors were taken.") Duration maxDelay) {

        /** Padded tokens of any batch: what a run's memory is made for (docs/decisions/0010). */
        public static final int MOST_TOKENS = 1024;

        /** Padded tokens of a batch at most, whatever is set. */
        public int tokensAtMost() {
            return Math.min(maxTokens, MOST_TOKENS);
        }
    }

    /** Which models are served. */
    public record Models(
            @Setting(env = "MODEL_PATH", byDefault = "models",
                    meaning = "A model's folder, or a tree NAME/VERSION/ of them.") Path path,
            @Setting(env = "DEFAULT_MODEL",
                    meaning = "The model that answers where a request names none: NAME in its highest version, or NAME/VERSION; unset: the only one, and of several sentiment.") @Nullable String defaultModel,
            @Setting(env = "SERVED_MODELS", byDefault = DEFAULT_MODEL, pattern = MODEL_LIST,
                    meaning = "The models that are loaded beside the default one: `default` none; `all` other names of the tree, each in its highest version, where one that cannot be loaded is left out and said; or a comma-separated list of NAME and NAME/VERSION, where each must load.") String served) {

        /** All names of the tree. */
        public static final String ALL_MODELS = "all";
        /** No other model than the default one. */
        public static final String DEFAULT_MODEL = "default";

        private static final String MODEL = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}(/[A-Za-z0-9][A-Za-z0-9._-]{0,63})?";
        static final String MODEL_LIST = MODEL + "( *, *" + MODEL + ")*";

        /** That one alone. */
        public Models(Path path, @Nullable String defaultModel) {
            this(path, defaultModel, DEFAULT_MODEL);
        }
    }

    /** What transformer models have in common: their encoder. */
    public record Encoding(
            @Setting(env = "MODEL_CACHE_DIR", byDefault = "data/cache",
                    meaning = "Folder where an encoder's weights and its native libraries are unpacked at the first start, and `falcon train` keeps embeddings; several workers may share it. Programs must be allowed to run from its file system.") Path cacheDir,
            @Setting(env = "MODEL_MAX_TOKENS", byDefault = "256", unit = "tokens", min = 8, max = 512,
                    meaning = "As much of a text a transformer model reads, and an onnx one whose manifest names no number; what a longer one has after that is not looked at, and its answer says so.") int maxTokens) {}

    /** The shared store of answers and idempotency keys. */
    public record Redis(
            @Setting(env = "REDIS_HOST", port = "REDIS_PORT",
                    meaning = "Host of Redis; unset: an in-process store, good for one worker only.") @Nullable String host,
            @Setting(env = "REDIS_PORT", byDefault = "6379", min = 1, max = 65535, meaning = "Port of Redis.") int port,
            @Setting(env = "REDIS_DB", byDefault = "0", max = 1_000_000, meaning = "Database number of Redis.") int db,
            @Setting(env = "REDIS_PASSWORD",
                    meaning = "Password of Redis; or REDIS_PASSWORD_FILE, which is read again at each connection.") Password password,
            @Setting(env = "REDIS_OPERATION_TIMEOUT_MS", byDefault = "100", unit = "ms", min = 1, max = 60_000,
                    meaning = "The longest a request waits for Redis; slower counts as a failure.") Duration operationTimeout) {}

    /** The database of the inference log. */
    public record Postgres(
            @Setting(env = "POSTGRES_HOST", port = "POSTGRES_PORT",
                    meaning = "Host of PostgreSQL; unset: the log is kept in SQLite at INFERENCE_LOG_PATH.") @Nullable String host,
            @Setting(env = "POSTGRES_PORT", byDefault = "5432", min = 1, max = 65535,
                    meaning = "Port of PostgreSQL.") int port,
            @Setting(env = "POSTGRES_DB", byDefault = "falcon_inference", meaning = "Database name.") String db,
            @Setting(env = "POSTGRES_USER", byDefault = "falcon", meaning = "Database user.") String user,
            @Setting(env = "POSTGRES_PASSWORD",
                    meaning = "Password of the user; or POSTGRES_PASSWORD_FILE, which is read again at each connection.") Password password,
            @Setting(env = "POSTGRES_POOL_SIZE", byDefault = "4", min = 2, max = 1000,
                    meaning = "Connections kept at most; times the workers it must stay below max_connections.") int poolSize,
            @Setting(env = "POSTGRES_OPERATION_TIMEOUT_SECONDS", byDefault = "5", unit = "seconds", min = 0.1,
                    max = 600,
                    meaning = "The longest one operation may take, connecting included.") Duration operationTimeout) {}

    /** When a dependency is given up, and for how long. */
    public record Breaker(
            @Setting(env = "CIRCUIT_BREAKER_FAILURE_THRESHOLD", byDefault = "5", min = 1, max = 1000,
                    meaning = "Failures in a row that open a breaker.") int failureThreshold,
            @Setting(env = "CIRCUIT_BREAKER_TIMEOUT_SECONDS", byDefault = "60", unit = "seconds", min = 0.05,
                    max = 3600,
                    meaning = "How long a breaker stays open before trials, varied by 20 % either way.") Duration timeout,
            @Setting(env = "CIRCUIT_BREAKER_HALF_OPEN_ATTEMPTS", byDefault = "3", min = 1, max = 100,
                    meaning = "Background trials that must succeed in a row to close a breaker.") int halfOpenAttempts) {}

    /** Retries, which happen off a request's path only. */
    public record Retry(
            @Setting(env = "RETRY_MAX_ATTEMPTS", byDefault = "3", min = 1, max = 100,
                    meaning = "Tries of one background operation, the first included.") int maxAttempts,
            @Setting(env = "RETRY_BASE_DELAY_MS", byDefault = "100", unit = "ms", min = 1, max = 600_000,
                    meaning = "Wait before the second try; doubled for each further one, with jitter.") Duration baseDelay,
            @Setting(env = "RETRY_MAX_DELAY_MS", byDefault = "5000", unit = "ms", min = 1, max = 600_000,
                    meaning = "The longest wait between two tries.") Duration maxDelay) {}

    /** Cached answers. */
    public record Cache(
            @Setting(env = "CACHE_ENABLED", byDefault = "true",
                    meaning = "Whether answers are cached.") boolean enabled,
            @Setting(env = "CACHE_TTL_SECONDS", byDefault = "3600", unit = "seconds", min = 1, max = 31_536_000,
                    meaning = "How long an answer is kept, varied by 10 % either way.") Duration ttl,
            @Setting(env = "CACHE_LOCAL_MAX_ENTRIES", byDefault = "100000", max = 100_000_000,
                    meaning = "Answers kept in the worker itself. 0: none.") int localMaxEntries) {}

    /** Remembered answers to keyed requests. */
    public record Idempotency(
            @Setting(env = "IDEMPOTENCY_TTL_SECONDS", byDefault = "86400", unit = "seconds", min = 1, max = 31_536_000,
                    meaning = "How long an answer is replayed to its idempotency key.") Duration ttl) {}

    /** The record of what was answered. */
    public record InferenceLog(
            @Setting(env = "INFERENCE_LOG_ENABLED", byDefault = "true",
                    meaning = "Whether answers are recorded at all.") boolean enabled,
            @Setting(env = "INFERENCE_LOG_PATH", byDefault = "data/inference.db",
                    meaning = "SQLite file of the log where no POSTGRES_HOST is set.") Path path,
            @Setting(env = "INFERENCE_LOG_MAX_MB", byDefault = "1024", unit = "MB", min = 1, max = 10_000_000,
                    meaning = "Size of that file; the oldest records go first.") int maxMb,
            @Setting(env = "INFERENCE_LOG_RETENTION_DAYS", byDefault = "30", unit = "days", min = 1, max = 36_500,
                    meaning = "Whole days that records are kept for, before the current one.") int retentionDays,
            @Setting(env = "INFERENCE_LOG_TEXT", byDefault = "false",
                    meaning = "Whether the text itself is recorded, beside its hash and length.") boolean text,
            @Setting(env = "LOG_BUFFER_CAPACITY", byDefault = "1000", unit = "records", min = 10, max = 10_000_000,
                    meaning = "Records in memory on their way to the database or the spool.") int bufferCapacity,
            @Setting(env = "INFERENCE_LOG_SPOOL_DIR", byDefault = "data/spool",
                    meaning = "Folder where records wait while PostgreSQL is away.") Path spoolDir,
            @Setting(env = "INFERENCE_LOG_SPOOL_MAX_MB", byDefault = "256", unit = "MB", max = 10_000_000,
                    meaning = "Size of the spool; records beyond it are dropped and counted. 0: no spool.") int spoolMaxMb) {}

    /** Spans for a collector; the names are OpenTelemetry's. */
    public record Tracing(
            @Setting(env = "OTEL_EXPORTER_OTLP_ENDPOINT", pattern = "https?://[^\\s/]+(/\\S*)?",
                    meaning = "Base URL of an OpenTelemetry collector (OTLP over HTTP), to which a span for each request and for each of its stages is sent; unset: none.") @Nullable String endpoint,
            @Setting(env = "OTEL_SERVICE_NAME", byDefault = "falcon",
                    meaning = "What these spans name as their service.") String serviceName) {}

    /** Faults that are made on purpose, to see alerts and people react. */
    public record Debug(
            @Setting(env = "DEBUG_MEMORY_GROWTH", byDefault = "false",
                    meaning = "For drills only: every admitted request keeps DEBUG_MEMORY_GROWTH_MB_PER_REQUEST of heap for good, until the worker dies of it.") boolean memoryGrowth,
            @Setting(env = "DEBUG_MEMORY_GROWTH_MB_PER_REQUEST", byDefault = "0", unit = "MB", max = 1024,
                    meaning = "What a request keeps while DEBUG_MEMORY_GROWTH=true, in MB of 1,048,576 bytes, fractions too; without that it does nothing.") BigDecimal memoryGrowthMbPerRequest,
            @Setting(env = "DEBUG_CRASH_ON_TEXT",
                    meaning = "For drills only: this text ends the worker by a fault of native code, whatever model it is asked of.") @Nullable String crashOnText) {}
}
