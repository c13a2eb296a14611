package dev.falcon.inferencelog;

import dev.falcon.inference.Answer;
import dev.falcon.inference.Prediction;
import dev.falcon.json.JsonBytes;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Turns records into rows: hashes, JSON and units. Runs on the writer's side, never on a request's thread. Used
 * by one thread at a time.
 */
final class RowMaker {

    /** What a NUL becomes, which PostgreSQL cannot keep in a text: the symbol that stands for it. */
    private static final char NUL_SYMBOL = '\u2400';
    private static final int MAX_MESSAGE_CHARS = 500;
    private static final double NANOS_PER_MILLI = 1e6;
    /** Of probabilities, roughly. */
    private static final int BYTES_A_LABEL = 40;

    private final boolean storesText;
    private final MessageDigest digest;

    /** @param storesText whether the text itself is stored, beside its hash and length */
    RowMaker(boolean storesText) {
        this.storesText = storesText;
        try {
            this.digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    LogRow row(LogRecord logged) {
        LogRecord.Origin origin = logged.origin();
        LogRow.Builder row = LogRow.builder()
                .set(Column.ID, logged.stamp().id())
                .set(Column.ITEM, logged.item())
                .set(Column.REQUEST_ID, storable(origin.requestId()))
                .set(Column.WORKER_ID, storable(origin.workerId()))
                .set(Column.TEXT_HASH, sha256(logged.text()))
                .set(Column.TEXT_LENGTH, logged.text().codePointCount(0, logged.text().length()))
                .set(Column.TEXT, storesText ? storable(logged.text()) : null)
                .set(Column.PROCESSING_TIME_MS, logged.ending().processingNanos() / NANOS_PER_MILLI)
                .set(Column.IDEMPOTENCY_KEY,
                        origin.idempotencyKey() == null ? null : sha256(origin.idempotencyKey()))
                .set(Column.CLIENT_IP, storable(origin.clientIp()))
                .set(Column.CREATED_AT, logged.stamp().createdAt());
        switch (logged.ending()) {
            case LogRecord.Answered answered -> answered(row, answered);
            case LogRecord.Failed failed -> failed(row, failed);
        }
        return row.build();
    }

    private static void answered(LogRow.Builder row, LogRecord.Answered answered) {
        Answer answer = answered.answer();
        row.set(Column.MODEL_NAME, storable(answer.model().name()))
                .set(Column.MODEL_VERSION, storable(answer.model().version()))
                .set(Column.PREDICTION, storable(answer.prediction().label()))
                .set(Column.CONFIDENCE, answer.prediction().confidence())
                .set(Column.PROBABILITIES, probabilities(answer.prediction()))
                .set(Column.CACHE_HIT, answer.cacheHit())
                .set(Column.IDEMPOTENCY_HIT, answered.idempotencyHit())
                .set(Column.SUCCESS, true)
                .set(Column.INFERENCE_TIME_MS, answer.inferenceNanos() / NANOS_PER_MILLI);
    }

    private static void failed(LogRow.Builder row, LogRecord.Failed failed) {
        if (failed.model() != null) {
            row.set(Column.MODEL_NAME, storable(failed.model().name()))
                    .set(Column.MODEL_VERSION, storable(failed.model().version()));
        }
        String message = storable(failed.message());
        row.set(Column.CACHE_HIT, false)
                .set(Column.IDEMPOTENCY_HIT, false)
                .set(Column.SUCCESS, false)
                .set(Column.ERROR_TYPE, failed.error().wireName())
                .set(Column.ERROR_MESSAGE, message == null || message.length() <= MAX_MESSAGE_CHARS ? message
                        : message.substring(0, MAX_MESSAGE_CHARS));
    }

    private static String probabilities(Prediction prediction) {
        JsonBytes json = new JsonBytes(BYTES_A_LABEL * prediction.labels().size());
        for (int i = 0; i < prediction.labels().size(); i++) {
            json.raw(i == 0 ? '{' : ',')
                    .string(prediction.labels().get(i).replace('\0', NUL_SYMBOL))
                    .raw(':')
                    .number(prediction.probability(i));
        }
        json.raw('}');
        return new String(json.buffer(), 0, json.size(), StandardCharsets.UTF_8);
    }

    private static @Nullable String storable(@Nullable String text) {
        return text == null ? null : text.replace('\0', NUL_SYMBOL);
    }

    private String sha256(String text) {
        return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    }
}
