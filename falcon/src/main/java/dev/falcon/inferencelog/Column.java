package dev.falcon.inferencelog;

import java.util.Locale;

/** The columns of {@code inference_logs}, in their order; the same names in PostgreSQL, SQLite and the spool. */
enum Column {
    ID(Kind.UUID),
    ITEM(Kind.INTEGER),
    REQUEST_ID(Kind.TEXT),
    WORKER_ID(Kind.TEXT),
    MODEL_NAME(Kind.TEXT),
    MODEL_VERSION(Kind.TEXT),
    TEXT_HASH(Kind.TEXT),
    TEXT_LENGTH(Kind.INTEGER),
    TEXT(Kind.TEXT),
    PREDICTION(Kind.TEXT),
    CONFIDENCE(Kind.REAL),
    PROBABILITIES(Kind.JSON),
    CACHE_HIT(Kind.BOOLEAN),
    IDEMPOTENCY_HIT(Kind.BOOLEAN),
    SUCCESS(Kind.BOOLEAN),
    PROCESSING_TIME_MS(Kind.REAL),
    INFERENCE_TIME_MS(Kind.REAL),
    ERROR_TYPE(Kind.TEXT),
    ERROR_MESSAGE(Kind.TEXT),
    IDEMPOTENCY_KEY(Kind.TEXT),
    CLIENT_IP(Kind.TEXT),
    CREATED_AT(Kind.TIMESTAMP);

    /** What a column holds, and the type SQLite is told; instants are text there that sorts by time. */
    enum Kind {
        UUID("TEXT"),
        INTEGER("INTEGER"),
        REAL("REAL"),
        BOOLEAN("INTEGER"),
        TEXT("TEXT"),
        JSON("TEXT"),
        TIMESTAMP("TEXT");

        private final String sqliteType;

        Kind(String sqliteType) {
            this.sqliteType = sqliteType;
        }

        String sqliteType() {
            return sqliteType;
        }
    }

    private final Kind kind;

    Column(Kind kind) {
        this.kind = kind;
    }

    Kind kind() {
        return kind;
    }

    String sqlName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
