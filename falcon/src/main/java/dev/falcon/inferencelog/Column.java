package dev.falcon.inferencelog;

import java.util.Locale;

/** The columns of {@code inference_logs}, in their order; the same names in PostgreSQL, SQLite and the spool. */
enum Column {
    ID(Kind.UUID, true),
    ITEM(Kind.INTEGER, true),
    REQUEST_ID(Kind.TEXT, true),
    WORKER_ID(Kind.TEXT, true),
    MODEL_NAME(Kind.TEXT, false),
    MODEL_VERSION(Kind.TEXT, false),
    TEXT_HASH(Kind.TEXT, true),
    TEXT_LENGTH(Kind.INTEGER, true),
    TEXT(Kind.TEXT, false),
    PREDICTION(Kind.TEXT, false),
    CONFIDENCE(Kind.REAL, false),
    PROBABILITIES(Kind.JSON, false),
    CACHE_HIT(Kind.BOOLEAN, true),
    IDEMPOTENCY_HIT(Kind.BOOLEAN, true),
    SUCCESS(Kind.BOOLEAN, true),
    PROCESSING_TIME_MS(Kind.REAL, true),
    INFERENCE_TIME_MS(Kind.REAL, false),
    ERROR_TYPE(Kind.TEXT, false),
    ERROR_MESSAGE(Kind.TEXT, false),
    IDEMPOTENCY_KEY(Kind.TEXT, false),
    CLIENT_IP(Kind.TEXT, false),
    CREATED_AT(Kind.TIMESTAMP, true);

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
    private final boolean required;

    Column(Kind kind, boolean required) {
        this.kind = kind;
        this.required = required;
    }

    Kind kind() {
        return kind;
    }

    /** Whether every row has a value. */
    boolean required() {
        return required;
    }

    String sqlName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
