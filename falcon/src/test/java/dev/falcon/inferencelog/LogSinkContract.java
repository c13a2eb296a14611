package dev.falcon.inferencelog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.inference.ErrorCode;
import dev.falcon.inferencelog.LogRecord.Stamp;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every sink promises; run on each of them. */
abstract class LogSinkContract {

    private static final Instant NOON = Instant.parse("2026-03-04T12:00:00.123456Z");
    private final RecordStamps stamps = new RecordStamps(Clock.systemUTC());

    /** An empty sink, ready for use. */
    abstract LogSink sink();

    /** The first column of every row of a query, as text. */
    abstract List<String> query(String sql);

    @Test
    void rowsAreFoundByTheirColumns() {
        Stamp stamp = new RecordStamps(() -> NOON).next();
        LogRow row = new RowMaker(false).row(Records.answered(stamp, 7));

        assertThat(sink().write(List.of(row))).isInstanceOf(WriteResult.Committed.class);

        assertThat(query("SELECT id FROM inference_logs WHERE request_id = 'r-7' AND item = 0"))
                .containsExactly(stamp.id().toString());
        assertThat(query("SELECT model_name FROM inference_logs WHERE confidence = 0.75 AND prediction = 'positive'"))
                .containsExactly("sentiment");
        assertThat(query("SELECT processing_time_ms FROM inference_logs WHERE inference_time_ms = 0.7"))
                .containsExactly("1.5");
        assertThat(query("SELECT probabilities FROM inference_logs").getFirst().replace(" ", ""))
                .isEqualTo("{\"negative\":0.25,\"positive\":0.75}");
        assertThat(query("SELECT text_length FROM inference_logs WHERE length(text_hash) = 64 AND text IS NULL"))
                .containsExactly("6");
        assertThat(query("SELECT count(*) FROM inference_logs WHERE length(idempotency_key) = 64"))
                .containsExactly("1");
        assertThat(query("SELECT created_at FROM inference_logs").getFirst()).contains(":00:00.123456");
    }

    @Test
    void aFailureIsARowWithoutAnAnswer() {
        LogRow row = new RowMaker(false).row(Records.failed(stamps.next(), 1));

        assertThat(sink().write(List.of(row))).isInstanceOf(WriteResult.Committed.class);

        assertThat(query("SELECT error_type FROM inference_logs WHERE NOT success = (1 = 1) AND prediction IS NULL"))
                .containsExactly(ErrorCode.DEADLINE_EXCEEDED.wireName());
    }

    @Test
    void writingAgainMakesNoSecondRow() {
        List<LogRow> rows = Records.rows(NOON, 0, 300);
        LogSink sink = sink();

        sink.write(rows.subList(0, 200));
        assertThat(sink.write(rows)).isInstanceOf(WriteResult.Committed.class);
        assertThat(sink.write(rows)).isInstanceOf(WriteResult.Committed.class);

        assertThat(query("SELECT count(*) FROM inference_logs")).containsExactly("300");
    }

    @Test
    void aTextWithNulKeepsItsRow() {
        LogRow row = new RowMaker(true).row(Records.withText(stamps.next(), 1, "before\0after"));

        assertThat(sink().write(List.of(row))).isInstanceOf(WriteResult.Committed.class);

        assertThat(query("SELECT text FROM inference_logs")).containsExactly("before\u2400after");
    }

    @Test
    void everyUnicodeTextIsKept() {
        String text = "naïve 日本語 \uD83D\uDE00 ' \" \\ \u200B \uFFFF \u0001";
        LogRow row = new RowMaker(true).row(Records.withText(stamps.next(), 1, text));

        assertThat(sink().write(List.of(row))).isInstanceOf(WriteResult.Committed.class);

        assertThat(query("SELECT text FROM inference_logs")).containsExactly(text);
    }

    @Test
    void aBatchWithARowAtFaultIsRefusedWhole() {
        List<LogRow> rows = Records.rows(NOON, 0, 3);
        LogRow atFault = LogRow.builder()
                .set(Column.ID, rows.getFirst().id())
                .set(Column.ITEM, 9)
                .set(Column.CREATED_AT, NOON)
                .build();

        WriteResult result = sink().write(List.of(rows.get(0), atFault, rows.get(1)));

        assertThat(result).isInstanceOf(WriteResult.Refused.class);
        assertThat(query("SELECT count(*) FROM inference_logs")).containsExactly("0");
    }

    @Test
    void aClosedSinkIsUnavailable() {
        LogSink sink = sink();
        sink.close();
        sink.close();

        assertThat(sink.write(Records.rows(NOON, 0, 1))).isInstanceOf(WriteResult.Unavailable.class);
        assertThat(sink.probe()).isPresent();
    }
}
