-- One row per text of every answered request, and of every request that failed after admission.
-- Partitioned by UTC day of created_at. There is no default partition on purpose: a row in it would forbid to make
-- the partition of its day. Workers make the partitions.
CREATE TABLE IF NOT EXISTS inference_logs (
    id                 uuid             NOT NULL, -- UUIDv7, made by the worker
    item               integer          NOT NULL, -- index of the text in its request
    request_id         text             NOT NULL,
    worker_id          text             NOT NULL,
    model_name         text,
    model_version      text,
    text_hash          text             NOT NULL, -- SHA-256, hex
    text_length        integer          NOT NULL, -- Unicode code points
    text               text,                      -- only where INFERENCE_LOG_TEXT=true
    prediction         text,
    confidence         double precision,
    probabilities      jsonb,
    cache_hit          boolean          NOT NULL,
    idempotency_hit    boolean          NOT NULL,
    success            boolean          NOT NULL,
    processing_time_ms double precision NOT NULL,
    inference_time_ms  double precision,
    error_type         text,
    error_message      text,
    idempotency_key    text,                      -- SHA-256, hex
    client_ip          text,
    created_at         timestamptz      NOT NULL,
    PRIMARY KEY (id, item, created_at)
) PARTITION BY RANGE (created_at);

-- Rows arrive nearly in the order of their time: a block range index finds the last minute and costs an insert nothing.
CREATE INDEX IF NOT EXISTS inference_logs_created_at ON inference_logs USING brin (created_at) WITH (pages_per_range = 32, autosummarize = on);
