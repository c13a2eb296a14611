package dev.falcon.http;

import static dev.falcon.json.JsonBytes.piece;

import dev.falcon.inference.Answer;
import dev.falcon.inference.Embedding;
import dev.falcon.inference.IdempotencyStatus;
import dev.falcon.inference.InferenceOutcome.Embedded;
import dev.falcon.inference.InferenceOutcome.Success;
import dev.falcon.inference.Prediction;
import dev.falcon.json.JsonBytes;
import dev.falcon.listener.Reply;
import java.util.List;

/** Renders answers, of one text by one model as an object, of several as a list of such; and embeddings. Immutable. */
final class Answers {

    static final Reply.ContentType JSON = Reply.ContentType.of("application/json");

    private static final double NANOS_A_MICROSECOND = 1e3;
    private static final double MICROSECONDS_A_MILLISECOND = 1e3;
    /** What the request's own members, an answer and a label take, roughly: most answers fit in that. */
    private static final int BYTES_AROUND = 160;
    private static final int BYTES_AN_ANSWER = 144;
    private static final int BYTES_A_LABEL = 36;
    private static final int BYTES_A_COMPONENT = 14;

    private static final byte[] PREDICTION = piece("\"prediction\":");
    private static final byte[] CONFIDENCE = piece(",\"confidence\":");
    private static final byte[] PROBABILITIES = piece(",\"probabilities\":{");
    private static final byte[] CACHE_HIT = piece("},\"cache_hit\":");
    private static final byte[] IS_TRUNCATED = piece(",\"truncated\":true");
    private static final byte[] IDEMPOTENCY_HIT = piece(",\"idempotency_hit\":");
    private static final byte[] MODEL_NAME = piece(",\"model_name\":");
    private static final byte[] MODEL_VERSION = piece(",\"model_version\":");
    private static final byte[] REQUEST_ID = piece(",\"request_id\":");
    private static final byte[] PROCESSING_TIME = piece(",\"processing_time_ms\":");
    private static final byte[] ANSWERS = piece("{\"answers\":[");
    private static final byte[] ITEM = piece("{\"item\":");
    private static final byte[] EMBEDDINGS = piece("{\"embeddings\":[");
    private static final byte[] DIMENSIONS = piece(",\"dimensions\":");
    private static final byte[] TRUNCATED = piece(",\"truncated\":[");

    /**
     * What is said of the request.
     *
     * @param elapsedNanos since it arrived
     * @param several whether the answer is a list even of one
     */
    record About(String requestId, long elapsedNanos, boolean several) {}

    private final byte[] workerId;

    Answers(String workerId) {
        this.workerId = new JsonBytes(BYTES_A_LABEL).raw(piece(",\"worker_id\":")).string(workerId).toBytes();
    }

    Reply reply(Success success, About about) {
        JsonBytes body = about.several() ? list(success, about) : object(success, about);
        Reply reply =
                new Reply(HttpStatus.OK, JSON, body.buffer(), body.size()).with(Fields.X_REQUEST_ID, about.requestId());
        return switch (success.idempotency()) {
            case NONE, STORED -> reply;
            case REPLAYED -> reply.with(Fields.IDEMPOTENT_REPLAYED, "true");
            case UNAVAILABLE -> reply.with(Fields.IDEMPOTENCY_STATUS, "unavailable");
        };
    }

    /** The one answer to the one text. */
    private JsonBytes object(Success success, About about) {
        Answer answer = success.answers().getFirst();
        JsonBytes json = new JsonBytes(capacity(success)).raw('{');
        prediction(json, answer);
        json.raw(IDEMPOTENCY_HIT).bool(success.idempotency() == IdempotencyStatus.REPLAYED);
        model(json, answer);
        return end(json, about);
    }

    private JsonBytes list(Success success, About about) {
        JsonBytes json = new JsonBytes(capacity(success)).raw(ANSWERS);
        for (int i = 0; i < success.answers().size(); i++) {
            Answer answer = success.answers().get(i);
            if (i > 0) {
                json.raw(',');
            }
            json.raw(ITEM).number(answer.item()).raw(',');
            prediction(json, answer);
            model(json, answer);
            json.raw('}');
        }
        json.raw(']').raw(IDEMPOTENCY_HIT).bool(success.idempotency() == IdempotencyStatus.REPLAYED);
        return end(json, about);
    }

    /** Embeddings in the order of the texts, as a list even of one. */
    Reply reply(Embedded embedded, About about) {
        List<Embedding> embeddings = embedded.embeddings();
        int dimensions = embeddings.getFirst().dimensions();
        JsonBytes json = new JsonBytes(BYTES_AROUND + embeddings.size() * dimensions * BYTES_A_COMPONENT)
                .raw(EMBEDDINGS);
        for (int item = 0; item < embeddings.size(); item++) {
            for (int i = 0; i < dimensions; i++) {
                json.raw(i > 0 ? ',' : '[').number(embeddings.get(item).component(i));
            }
            json.raw(']').raw(item < embeddings.size() - 1 ? ',' : ']');
        }
        json.raw(MODEL_NAME).string(embedded.model().name()).raw(MODEL_VERSION).string(embedded.model().version());
        json.raw(DIMENSIONS).number(dimensions).raw(TRUNCATED);
        for (int item = 0; item < embeddings.size(); item++) {
            json.bool(embeddings.get(item).truncated()).raw(item < embeddings.size() - 1 ? ',' : ']');
        }
        end(json, about);
        return new Reply(HttpStatus.OK, JSON, json.buffer(), json.size()).with(Fields.X_REQUEST_ID, about.requestId());
    }

    private static int capacity(Success success) {
        int labels = success.answers().getFirst().prediction().labels().size();
        return BYTES_AROUND + success.answers().size() * (BYTES_AN_ANSWER + labels * BYTES_A_LABEL);
    }

    private static void prediction(JsonBytes json, Answer answer) {
        Prediction prediction = answer.prediction();
        json.raw(PREDICTION).string(prediction.label()).raw(CONFIDENCE);
        int confidence = json.size();
        json.number(prediction.confidence());
        int behind = json.size();
        json.raw(PROBABILITIES);
        for (int i = 0; i < prediction.labels().size(); i++) {
            if (i > 0) {
                json.raw(',');
            }
            json.string(prediction.labels().get(i)).raw(':');
            if (i == prediction.top()) {
                json.again(confidence, behind);
            } else {
                json.number(prediction.probability(i));
            }
        }
        json.raw(CACHE_HIT).bool(answer.cacheHit());
        if (prediction.truncated()) {
            json.raw(IS_TRUNCATED);
        }
    }

    private static void model(JsonBytes json, Answer answer) {
        json.raw(MODEL_NAME).string(answer.model().name()).raw(MODEL_VERSION).string(answer.model().version());
    }

    private JsonBytes end(JsonBytes json, About about) {
        return json.raw(workerId)
                .raw(REQUEST_ID)
                .string(about.requestId())
                .raw(PROCESSING_TIME)
                .number(millis(about.elapsedNanos()))
                .raw('}');
    }

    /** Milliseconds to a microsecond's precision. */
    private static double millis(long nanos) {
        return Math.round(nanos / NANOS_A_MICROSECOND) / MICROSECONDS_A_MILLISECOND;
    }
}
