package dev.falcon.inferencelog;

import dev.falcon.inference.Answer;
import dev.falcon.inference.ErrorCode;
import dev.falcon.inference.ModelId;
import dev.falcon.inference.Prediction;
import dev.falcon.inferencelog.LogRecord.Answered;
import dev.falcon.inferencelog.LogRecord.Failed;
import dev.falcon.inferencelog.LogRecord.Origin;
import dev.falcon.inferencelog.LogRecord.Stamp;
import java.time.Instant;
import java.util.AbstractList;
import java.util.List;
import java.util.stream.IntStream;

/** Records as requests make them; the n-th is of request {@code r-n}. */
final class Records {

    static final ModelId MODEL = new ModelId("sentiment", "1", "0".repeat(64));
    private static final List<String> LABELS = List.of("negative", "positive");

    private Records() {}

    static LogRecord answered(Stamp stamp, int n) {
        return withText(stamp, n, "text " + n);
    }

    static LogRecord withText(Stamp stamp, int n, String text) {
        return new LogRecord(stamp, 0, new Origin("r-" + n, "worker-1", "192.0.2.7", "key " + n), text,
                new Answered(answer(new Prediction(LABELS, new double[]{0.25, 0.75})), false, 1_500_000));
    }

    static LogRecord failed(Stamp stamp, int n) {
        return new LogRecord(stamp, 0, new Origin("r-" + n, "worker-1", null, null), "text " + n,
                new Failed(null, ErrorCode.DEADLINE_EXCEEDED, "waited 30 s", 30_000_000_000L));
    }

    /** A record that cannot be made a row. */
    static LogRecord unfit(Stamp stamp, int n) {
        List<String> unreadable = new AbstractList<>() {
            @Override
            public String get(int index) {
                throw new IllegalStateException("as the test wants");
            }

            @Override
            public int size() {
                return LABELS.size();
            }
        };
        return new LogRecord(stamp, 0, new Origin("r-" + n, "worker-1", null, null), "text " + n,
                new Answered(answer(new Prediction(unreadable, new double[]{0.5, 0.5})), false, 1));
    }

    private static Answer answer(Prediction prediction) {
        return new Answer(MODEL, 0, prediction, false, 700_000);
    }

    /** Rows of the given requests, all made at this time. */
    static List<LogRow> rows(Instant createdAt, int from, int to) {
        RecordStamps stamps = new RecordStamps(() -> createdAt);
        RowMaker maker = new RowMaker(true);
        return IntStream.range(from, to).mapToObj(n -> maker.row(answered(stamps.next(), n))).toList();
    }
}
