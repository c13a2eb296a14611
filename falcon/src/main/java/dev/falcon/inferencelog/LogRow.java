package dev.falcon.inferencelog;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One row as it is stored: a value for each {@link Column} that has one. Values are of the Java type that belongs to the
 * column's kind: UUID, Integer, Double, Boolean, String, Instant. Immutable.
 */
final class LogRow {

    private static final int COLUMNS = Column.values().length;

    /** In the order of the columns. */
    private final @Nullable Object[] values;

    private LogRow(@Nullable Object[] values) {
        this.values = values;
    }

    static Builder builder() {
        return new Builder();
    }

    /** A made-up row of this time, to try a table with. */
    static LogRow trial(Instant createdAt) {
        Builder row = builder().set(Column.ID, new UUID(0, 0)).set(Column.ITEM, 0).set(Column.CREATED_AT, createdAt);
        for (Column each : List.of(Column.REQUEST_ID, Column.WORKER_ID, Column.TEXT_HASH)) {
            row.set(each, "trial");
        }
        for (Column each : List.of(Column.CACHE_HIT, Column.IDEMPOTENCY_HIT, Column.SUCCESS)) {
            row.set(each, false);
        }
        return row.set(Column.TEXT_LENGTH, 0).set(Column.PROCESSING_TIME_MS, 0.0).build();
    }

    @Nullable
    Object value(Column column) {
        return values[column.ordinal()];
    }

    UUID id() {
        return (UUID) required(Column.ID);
    }

    int item() {
        return (Integer) required(Column.ITEM);
    }

    Instant createdAt() {
        return (Instant) required(Column.CREATED_AT);
    }

    private Object required(Column column) {
        Object value = value(column);
        if (value == null) {
            throw new IllegalStateException("a row without " + column.sqlName());
        }
        return value;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LogRow that && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }

    /** Collects a row's values; used by one thread and once. */
    static final class Builder {

        private final @Nullable Object[] values = new Object[COLUMNS];

        /** Sets a value; null leaves the column empty. */
        Builder set(Column column, @Nullable Object value) {
            values[column.ordinal()] = value;
            return this;
        }

        LogRow build() {
            return new LogRow(values);
        }
    }
}
