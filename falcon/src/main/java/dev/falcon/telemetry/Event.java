package dev.falcon.telemetry;

import java.util.Locale;

/**
 * Every kind of line that Falcon logs: its severity, how often a minute it may be written, and what it means. The words
 * that the operations runbook searches for are part of the messages.
 */
public enum Event {
    STARTING(Severity.INFO, 60, "The worker starts; names its version and settings that matter."),
    START_FAILED(Severity.CRITICAL, 60, "The worker cannot start; says why and what to do."),
    WRONG_SETTING(Severity.CRITICAL, 1000, "One setting is wrong; one line for each, then exit status 78."),
    DEBUG_MEMORY_GROWTH(Severity.CRITICAL, 60,
            "DEBUG_MEMORY_GROWTH is on: the worker leaks memory on purpose; says how to turn it off."),
    DEBUG_CRASH_ON_TEXT(Severity.CRITICAL, 60,
            "DEBUG_CRASH_ON_TEXT is set: a text ends the worker on purpose; says how to turn it off."),
    CRASH_JOURNAL_UNAVAILABLE(Severity.WARNING, 6,
            "The folder of the crash journal cannot be used: texts that end the process would not be known afterwards."),
    TEXTS_SUSPECTED(Severity.WARNING, 60,
            "The last run ended while native code had texts in its hands; says how many, and whether the JVM reported a fault."),
    TEXT_REFUSED(Severity.ERROR, 60,
            "A text ended the process, as far as can be told, and is refused as invalid_text; with its hash and until when."),
    SETTING_WITHOUT_EFFECT(Severity.WARNING, 60, "A setting does nothing without another one; names both."),
    UNKNOWN_SETTING(Severity.WARNING, 1000,
            "A name in the --env-file looks like a setting and is none; it has no effect."),
    MODEL_LOADING(Severity.INFO, 60, "A model is about to be read; with an encoder that takes seconds."),
    MODEL_LOADED(Severity.INFO, 60, "A model was read, checked and answered its warm-up inference."),
    MODEL_LEFT_OUT(Severity.ERROR, 60,
            "A model of the tree that no setting names cannot be loaded; it is not served, and the others are."),
    READY(Severity.INFO, 60, "The worker listens and answers."),
    DRAIN(Severity.INFO, 600, "A step of the drain after SIGTERM, with the time since its begin."),
    DRAIN_INCOMPLETE(Severity.ERROR, 60,
            "The drain lost something, as its time ran out or no spool had room; says what."),
    REDIS_UNAVAILABLE(Severity.ERROR, 30, "Redis unavailable: answers go on without the shared cache and idempotency."),
    REDIS_AVAILABLE(Severity.INFO, 30, "Redis answers again, or for the first time."),
    DATABASE_UNAVAILABLE(Severity.ERROR, 30, "Database unavailable: records wait in the spool."),
    DATABASE_AVAILABLE(Severity.INFO, 30, "The database answers again, or for the first time."),
    BREAKER_CHANGED(Severity.WARNING, 60, "A circuit breaker changed its state."),
    RETRY(Severity.WARNING, 30, "A background operation failed and is tried again (retry)."),
    BUFFER_FULL(Severity.ERROR, 6, "buffer full: memory and spool are full, records are dropped and counted."),
    LOGS_FLUSHED(Severity.INFO, 60, "Flushed N logs: records that had waited are in the database."),
    SPOOL_UNAVAILABLE(Severity.ERROR, 6,
            "The spool cannot take records: it or its disk is full, or the disk is faulty."),
    SPOOL_SET_ASIDE(Severity.ERROR, 6, "The spool's file could not be read and was set aside; what was in it is lost."),
    SPOOL_TAKEN_OVER(Severity.INFO, 6,
            "Records that an earlier process or another worker left in a spool will be written now."),
    SPOOL_NOT_TAKEN_OVER(Severity.WARNING, 6,
            "A spool that another worker left could not be taken over; said once for each file, tried again."),
    LOG_TRIMMED(Severity.INFO, 6, "The SQLite log reached INFERENCE_LOG_MAX_MB; its oldest records were removed."),
    LOG_RECORD_REFUSED(Severity.ERROR, 30, "The database refused a record; it was split off, dropped and counted."),
    LOG_OBSTRUCTED(Severity.ERROR, 6,
            "The database takes other records, but not those that are due; after ten minutes they are dropped."),
    LOG_RECORDS_EXPIRED(Severity.WARNING, 6,
            "Records were past INFERENCE_LOG_RETENTION_DAYS before they could be written; they were dropped and counted."),
    DATABASE_DISK_UNREADABLE(Severity.WARNING, 6,
            "The table database_disk is there and tells nothing that can be true; says why. Its alert is blind meanwhile."),
    RETENTION_APPLIED(Severity.INFO, 60,
            "What is older than INFERENCE_LOG_RETENTION_DAYS was removed; names the partitions dropped."),
    RETENTION_FAILED(Severity.WARNING, 6,
            "What is past retention could not be removed now; says what stands in the way, and is tried again."),
    PARTITION_FAILED(Severity.ERROR, 6, "A day's partition could not be made; says why. Other days go on."),
    PARTITION_NAME_TAKEN(Severity.WARNING, 6,
            "A table that is no partition stands where a day's belongs; another name was used."),
    CACHE_ENTRY_UNREADABLE(Severity.WARNING, 6, "A cached answer could not be read and counts as a miss."),
    SPANS_LOST(Severity.WARNING, 1,
            "The OpenTelemetry collector did not take spans; they are lost, and requests go on."),
    SLOW_REQUEST(Severity.WARNING, 30, "slow request: took longer than SLOW_REQUEST_MS; with the time of each stage."),
    REQUEST_FAILED(Severity.ERROR, 60, "A request ended in a 5xx that is not a refusal; with error_type and stage."),
    DEFECT(Severity.ERROR, 60, "A defect of Falcon's, with its stack trace."),
    CLIENT_CUT_OFF(Severity.WARNING, 6, "A client was too slow (timeout) and was cut off."),
    ACCEPT_FAILED(Severity.ERROR, 6, "A connection could not be accepted; usually no file descriptor is left.");

    /** Levels as they are written. */
    public enum Severity {
        DEBUG,
        INFO,
        WARNING,
        ERROR,
        CRITICAL
    }

    private final Severity severity;
    private final int perMinute;
    private final String meaning;

    Event(Severity severity, int perMinute, String meaning) {
        this.severity = severity;
        this.perMinute = perMinute;
        this.meaning = meaning;
    }

    /** The name in the {@code event} field: {@code redis_unavailable}. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    public Severity severity() {
        return severity;
    }

    /** Lines written in any one minute by one room; further ones are counted and told with the next. */
    public int perMinute() {
        return perMinute;
    }

    /** One sentence for the reference page. */
    public String meaning() {
        return meaning;
    }
}
