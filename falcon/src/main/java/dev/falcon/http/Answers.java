package dev.falcon.http;

import dev.falcon.inference.Answer;
import dev.falcon.inference.IdempotencyStatus;
import dev.falcon.inference.InferenceOutcome.Success;
import dev.falcon.inference.Prediction;
import dev.falcon.json.Json;
import dev.falcon.listener.Reply;
import java.util.LinkedHashMap;
import java.util.Map;

/** Renders the answer to {@code POST /infer}. Immutable. */
final class Answers {

    static final Reply.ContentType JSON = Reply.ContentType.of("application/json");

    private static final double NANOS_A_MICROSECOND = 1e3;
    private static final double MICROSECONDS_A_MILLISECOND = 1e3;

    /** The members of the body, in their order. */
    private record Body(String prediction, double confidence, Map<String, Double> probabilities, boolean cacheHit,
            boolean idempotencyHit, String modelName, String modelVersion, String workerId, String requestId,
            double processingTimeMs) {}

    private final String workerId;

    Answers(String workerId) {
        this.workerId = workerId;
    }

    /** The one answer to the one text. */
    Reply reply(Success success, String requestId, long elapsedNanos) {
        Answer answer = success.answers().getFirst();
        Prediction prediction = answer.prediction();
        boolean replayed = success.idempotency() == IdempotencyStatus.REPLAYED;
        Reply reply = new Reply(HttpStatus.OK, JSON,
                Json.bytes(new Body(prediction.label(), prediction.confidence(), probabilities(prediction),
                        answer.cacheHit(), replayed, answer.model().name(), answer.model().version(), workerId,
                        requestId, millis(elapsedNanos))))
                .with(Fields.X_REQUEST_ID, requestId);
        return switch (success.idempotency()) {
            case NONE, STORED -> reply;
            case REPLAYED -> reply.with(Fields.IDEMPOTENT_REPLAYED, "true");
            case UNAVAILABLE -> reply.with(Fields.IDEMPOTENCY_STATUS, "unavailable");
        };
    }

    private static Map<String, Double> probabilities(Prediction prediction) {
        Map<String, Double> probabilities = LinkedHashMap.newLinkedHashMap(prediction.labels().size());
        for (int i = 0; i < prediction.labels().size(); i++) {
            probabilities.put(prediction.labels().get(i), prediction.probability(i));
        }
        return probabilities;
    }

    /** Milliseconds to a microsecond's precision. */
    private static double millis(long nanos) {
        return Math.round(nanos / NANOS_A_MICROSECOND) / MICROSECONDS_A_MILLISECOND;
    }
}
