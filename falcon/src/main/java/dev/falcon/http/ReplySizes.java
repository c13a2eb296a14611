package dev.falcon.http;

import dev.falcon.http.InferenceBody.Question;
import dev.falcon.inference.InferenceRequest.Wanted;
import dev.falcon.inference.ModelReference;
import dev.falcon.serving.ServedModels.Served;
import java.util.List;

/**
 * How many bytes an answer holds at most until it is sent: what it is rendered from, its rendering, and the server's copy of
 * that. Known before anything is computed, from the labels of the models asked. Stateless.
 */
final class ReplySizes {

    /** The rendering, whose buffer may be twice as long as what is in it, and the server's copy. */
    private static final int COPIES = 3;
    /** The buffer for embeddings is made as long as they are. */
    private static final int COPIES_OF_EMBEDDINGS = 2;
    private static final int BYTES_A_NUMBER = 24;
    private static final int BYTES_A_COMPONENT = 14;

    /** Of an answer, the names of its members, its item, its flags and one number. */
    private static final int BYTES_AROUND = 230;
    /** A label's quotes, colon and comma. */
    private static final int PUNCTUATION = 4;
    private static final int BYTES_OF_OBJECTS = 128;

    private ReplySizes() {}

    /** @param served the default model first */
    static long of(Question question, List<Served> served) {
        long each = 0;
        for (ModelReference reference : question.models()) {
            each += most(reference, served, question.wanted());
        }
        return question.texts().size() * each;
    }

    /** Of all models that may be meant the most; 0 of one that is not served, which is refused without an answer. */
    private static long most(ModelReference reference, List<Served> served, Wanted wanted) {
        long most = 0;
        for (Served model : served) {
            boolean named = reference.name() == null || reference.name().equals(model.id().name());
            boolean versioned = reference.version() == null || reference.version().equals(model.id().version());
            if (named && versioned) {
                most = Math.max(most, wanted == Wanted.EMBEDDINGS ? embedding(model.embeddingDimensions())
                        : prediction(model));
            }
            if (reference.name() == null) {
                return most;
            }
        }
        return most;
    }

    private static long embedding(int dimensions) {
        return BYTES_OF_OBJECTS + (long) dimensions * (Float.BYTES + COPIES_OF_EMBEDDINGS * BYTES_A_COMPONENT);
    }

    private static long prediction(Served model) {
        long longest = 0;
        long all = 0;
        for (String label : model.labels()) {
            int bytes = bytes(label);
            longest = Math.max(longest, bytes);
            all += bytes + PUNCTUATION + BYTES_A_NUMBER;
        }
        long rendered = BYTES_AROUND + longest + all + bytes(model.id().name()) + bytes(model.id().version());
        return BYTES_OF_OBJECTS + (long) Double.BYTES * model.labels().size() + COPIES * rendered;
    }

    /** At most, in a JSON string: six for what must be escaped, three for all that is no ASCII. */
    private static int bytes(String text) {
        int bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            bytes += c < ' ' || c == '"' || c == '\\' ? 6 : c < 0x80 ? 1 : 3;
        }
        return bytes;
    }
}
