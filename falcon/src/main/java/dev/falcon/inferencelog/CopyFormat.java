package dev.falcon.inferencelog;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Rows as the binary format of PostgreSQL's COPY has them (its manual, "COPY", File Formats): numbers, times and ids as they
 * are, texts without escapes. Used by one thread, for one batch.
 */
final class CopyFormat {

    private static final byte[] SIGNATURE =
            {'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0};
    private static final int FLAGS_AND_EXTENSION_BYTES = 8;
    private static final short END = -1;
    private static final int NULL = -1;
    /** Of {@code jsonb}, before its text. */
    private static final byte JSON_VERSION = 1;
    private static final Instant EPOCH = Instant.parse("2000-01-01T00:00:00Z");

    private static final Column[] COLUMNS = Column.values();
    /** What a row usually takes, without its text. */
    private static final int BYTES_A_ROW = 448;
    /** Sent at once, and more by a row at most: rows may hold long texts. */
    private static final int SLICE_BYTES = 1 << 20;

    /** Takes bytes from the beginning of the array, which it may not keep. */
    @FunctionalInterface
    interface Copy {
        void take(byte[] bytes, int length) throws SQLException;
    }

    private ByteBuffer out;

    private CopyFormat(int capacity) {
        out = ByteBuffer.allocate(capacity);
    }

    /** Sends all rows with every column. */
    static void send(List<LogRow> rows, Copy copy) throws SQLException {
        CopyFormat format = new CopyFormat(
                Math.min(SLICE_BYTES, SIGNATURE.length + FLAGS_AND_EXTENSION_BYTES + rows.size() * BYTES_A_ROW));
        format.out.put(SIGNATURE).putLong(0);
        for (LogRow row : rows) {
            format.room(Short.BYTES).putShort((short) COLUMNS.length);
            for (Column column : COLUMNS) {
                format.field(column, row.value(column));
            }
            if (format.out.position() >= SLICE_BYTES) {
                format.flush(copy);
            }
        }
        format.room(Short.BYTES).putShort(END);
        format.flush(copy);
    }

    private void flush(Copy copy) throws SQLException {
        copy.take(out.array(), out.position());
        out.clear();
    }

    private void field(Column column, @Nullable Object value) {
        if (value == null) {
            room(Integer.BYTES).putInt(NULL);
            return;
        }
        switch (column.kind()) {
            case UUID -> {
                UUID id = (UUID) value;
                sized(2 * Long.BYTES).putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
            }
            case INTEGER -> sized(Integer.BYTES).putInt((Integer) value);
            case REAL -> sized(Double.BYTES).putDouble((Double) value);
            case BOOLEAN -> sized(Byte.BYTES).put((byte) ((Boolean) value ? 1 : 0));
            case TIMESTAMP -> sized(Long.BYTES).putLong(ChronoUnit.MICROS.between(EPOCH, (Instant) value));
            case TEXT -> {
                byte[] utf8 = ((String) value).getBytes(StandardCharsets.UTF_8);
                sized(utf8.length).put(utf8);
            }
            case JSON -> {
                byte[] utf8 = ((String) value).getBytes(StandardCharsets.UTF_8);
                sized(Byte.BYTES + utf8.length).put(JSON_VERSION).put(utf8);
            }
        }
    }

    /** Writes a field's length; that many bytes are to follow. */
    private ByteBuffer sized(int bytes) {
        return room(Integer.BYTES + bytes).putInt(bytes);
    }

    private ByteBuffer room(int bytes) {
        if (out.remaining() < bytes) {
            out = ByteBuffer.allocate(Math.max(2 * out.capacity(), out.position() + bytes)).put(out.flip());
        }
        return out;
    }
}
