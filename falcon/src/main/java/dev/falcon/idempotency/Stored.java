package dev.falcon.idempotency;

import dev.falcon.inference.Answer;
import dev.falcon.inference.ModelId;
import dev.falcon.inference.Prediction;
import dev.falcon.json.Json;
import dev.falcon.json.MalformedJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What lies under a key: a claim of the request that is working on it, or its finished answers.
 *
 * @param v version of this shape; another one is unreadable
 * @param fingerprint of the question the key was first used for
 * @param token fencing token of the claim: known to its owner only; null once finished
 * @param answers null while it is a claim
 */
record Stored(int v, String fingerprint, @Nullable String token, @Nullable List<StoredAnswer> answers) {

    private static final int VERSION = 1;

    /**
     * An answer as it is stored.
     *
     * @param truncated true or left out, never false: earlier versions, which know of no such answers, refuse a member that
     *     they do not know, and so read all but those
     */
    record StoredAnswer(String model, String version, String digest, int item, List<String> labels,
            List<Double> probabilities, boolean cacheHit, @Nullable Boolean truncated) {

        /** Bytes of another making may leave out anything. */
        private boolean isWhole() {
            return model != null && version != null && digest != null && item >= 0 && labels != null
                    && probabilities != null && !labels.isEmpty() && labels.size() == probabilities.size()
                    && labels.stream().allMatch(Objects::nonNull) && probabilities.stream().allMatch(Objects::nonNull);
        }
    }

    static Stored claim(String fingerprint, String token) {
        return new Stored(VERSION, fingerprint, token, null);
    }

    static Stored finished(String fingerprint, List<Answer> answers) {
        List<StoredAnswer> stored = new ArrayList<>(answers.size());
        for (Answer answer : answers) {
            List<Double> probabilities = new ArrayList<>();
            for (int i = 0; i < answer.prediction().labels().size(); i++) {
                probabilities.add(answer.prediction().probability(i));
            }
            stored.add(new StoredAnswer(answer.model().name(), answer.model().version(), answer.model().digest(),
                    answer.item(), answer.prediction().labels(), probabilities, answer.cacheHit(),
                    answer.prediction().truncated() ? true : null));
        }
        return new Stored(VERSION, fingerprint, null, stored);
    }

    byte[] bytes() {
        return Json.bytesWithoutNulls(this);
    }

    /** What the bytes hold, or null where they are not readable as this version. */
    static @Nullable Stored read(byte[] bytes) {
        try {
            Stored stored = Json.read(bytes, Stored.class);
            boolean whole = stored.v() == VERSION && stored.fingerprint() != null
                    && (stored.token() == null) != (stored.answers() == null);
            return whole ? stored : null;
        } catch (MalformedJson e) {
            return null;
        }
    }

    /** The finished answers, or null where they make no sense. */
    @Nullable
    List<Answer> toAnswers(int texts, int models) {
        if (answers == null || answers.size() != texts * models) {
            return null;
        }
        List<Answer> result = new ArrayList<>(answers.size());
        for (StoredAnswer stored : answers) {
            if (stored == null || !stored.isWhole() || stored.item() < 0 || stored.item() >= texts) {
                return null;
            }
            double[] probabilities = stored.probabilities().stream().mapToDouble(Double::doubleValue).toArray();
            result.add(new Answer(new ModelId(stored.model(), stored.version(), stored.digest()), stored.item(),
                    new Prediction(stored.labels(), probabilities, Boolean.TRUE.equals(stored.truncated())),
                    stored.cacheHit(), 0));
        }
        return result;
    }
}
