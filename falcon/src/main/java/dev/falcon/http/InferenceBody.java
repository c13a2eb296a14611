package dev.falcon.http;

import dev.falcon.inference.ErrorCode;
import dev.falcon.inference.InferenceRequest.Wanted;
import dev.falcon.inference.ModelReference;
import dev.falcon.json.Json;
import dev.falcon.json.MalformedJson;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The body of a question: bytes to the texts and models in them. Stateless. */
final class InferenceBody {

    static final int MAX_TEXT_CHARACTERS = 10_000;

    private static final int NEXT_LINE = 0x85;
    private static final List<ModelReference> DEFAULT_MODEL = List.of(ModelReference.DEFAULT);

    /** The JSON object that is expected. Not a record: the mapper makes those by reflection, a third of its time here. */
    static final class Fields {
        public @Nullable String text;
        public @Nullable String model;
        public @Nullable List<@Nullable String> models;
    }

    /** The JSON object that is expected where several texts are. */
    static final class ManyFields {
        public @Nullable List<@Nullable String> texts;
        public @Nullable String model;
        public @Nullable List<@Nullable String> models;
    }

    /** The JSON object that is expected where texts are to be embedded. */
    static final class EmbedFields {
        public @Nullable String text;
        public @Nullable List<@Nullable String> texts;
        public @Nullable String model;
    }

    /**
     * What is asked.
     *
     * @param several whether the answer is a list even of one
     */
    record Question(List<String> texts, List<ModelReference> models, Wanted wanted, boolean several) {}

    private InferenceBody() {}

    /** One text, 1 to 10,000 code points, not blank, no lone surrogate; and the models it is for. */
    static Question one(byte[] utf8, int maxAnswers) throws Refusal {
        String plain = PlainBody.text(utf8);
        if (plain != null) {
            check(plain, "The text");
            return new Question(List.of(plain), DEFAULT_MODEL, Wanted.PREDICTIONS, false);
        }
        Fields fields = read(utf8, Fields.class);
        if (fields.text == null) {
            throw new Refusal(ErrorCode.MALFORMED_REQUEST, "The field \"text\" is missing or null.");
        }
        check(fields.text, "The text");
        return new Question(List.of(fields.text), models(fields.model, fields.models, maxAnswers),
                Wanted.PREDICTIONS, fields.models != null);
    }

    /** Several texts, each as one would have to be; texts times models are bounded. */
    static Question many(byte[] utf8, int maxAnswers) throws Refusal {
        ManyFields fields = read(utf8, ManyFields.class);
        if (fields.texts == null) {
            throw new Refusal(ErrorCode.MALFORMED_REQUEST, "The field \"texts\" is missing or null.");
        }
        List<String> texts = texts(fields.texts, maxAnswers);
        return new Question(texts, models(fields.model, fields.models, maxAnswers / texts.size()), Wanted.PREDICTIONS,
                true);
    }

    /** One text or several to be embedded, by one model. */
    static Question toEmbed(byte[] utf8, int maxTexts) throws Refusal {
        EmbedFields fields = read(utf8, EmbedFields.class);
        if ((fields.text == null) == (fields.texts == null)) {
            throw new Refusal(ErrorCode.MALFORMED_REQUEST, "One of the fields \"text\" and \"texts\" is needed, and "
                    + (fields.text == null ? "neither is given." : "both are given."));
        }
        List<String> texts = List.of();
        if (fields.text != null) {
            check(fields.text, "The text");
            texts = List.of(fields.text);
        } else if (fields.texts != null) {
            texts = texts(fields.texts, maxTexts);
        }
        return new Question(texts, models(fields.model, null, 1), Wanted.EMBEDDINGS, true);
    }

    private static List<String> texts(List<@Nullable String> given, int atMost) throws Refusal {
        if (given.isEmpty() || given.size() > atMost) {
            throw new Refusal(ErrorCode.MALFORMED_REQUEST, "The field \"texts\" holds " + given.size()
                    + " texts; 1 to " + atMost + " are allowed (MAX_BATCH_TEXTS).");
        }
        List<String> texts = new ArrayList<>(given.size());
        for (int i = 0; i < given.size(); i++) {
            String text = given.get(i);
            if (text == null) {
                throw new Refusal(ErrorCode.MALFORMED_REQUEST, "The text at index " + i + " is null.");
            }
            check(text, "The text at index " + i);
            texts.add(text);
        }
        return texts;
    }

    private static <T> T read(byte[] utf8, Class<T> type) throws Refusal {
        try {
            return Json.read(utf8, type);
        } catch (MalformedJson e) {
            throw new Refusal(ErrorCode.MALFORMED_REQUEST,
                    "The body is not the expected JSON: " + e.getMessage() + ".");
        }
    }

    private static List<ModelReference> models(@Nullable String model, @Nullable List<@Nullable String> models,
            int atMost) throws Refusal {
        if (model == null && models == null) {
            return DEFAULT_MODEL;
        }
        if (model != null && models != null) {
            throw new Refusal(ErrorCode.MALFORMED_REQUEST, "The fields \"model\" and \"models\" are both given.");
        }
        if (models == null) {
            return List.of(reference(model, "\"model\""));
        }
        if (models.isEmpty() || models.size() > atMost) {
            throw new Refusal(ErrorCode.MALFORMED_REQUEST, "The field \"models\" names " + models.size()
                    + " models; 1 to " + atMost + " are allowed here (MAX_BATCH_TEXTS).");
        }
        List<ModelReference> references = new ArrayList<>(models.size());
        for (int i = 0; i < models.size(); i++) {
            references.add(reference(models.get(i), "\"models[" + i + "]\""));
        }
        return references;
    }

    private static ModelReference reference(@Nullable String text, String place) throws Refusal {
        ModelReference reference = text == null ? null : ModelReference.parse(text);
        if (reference == null) {
            throw new Refusal(ErrorCode.MALFORMED_REQUEST,
                    "The field " + place + " is not NAME or NAME/VERSION of a model.");
        }
        return reference;
    }

    private static void check(String text, String what) throws Refusal {
        boolean blank = true;
        int characters = 0;
        for (int i = 0; i < text.length(); characters++) {
            int character = text.codePointAt(i);
            if (Character.MIN_SURROGATE <= character && character <= Character.MAX_SURROGATE) {
                throw new Refusal(ErrorCode.MALFORMED_REQUEST,
                        what + " holds half of a surrogate pair at character " + characters + ".");
            }
            blank &= isBlank(character);
            i += Character.charCount(character);
        }
        if (characters > MAX_TEXT_CHARACTERS) {
            throw new Refusal(ErrorCode.INVALID_TEXT, what + " has " + characters + " characters; at most "
                    + MAX_TEXT_CHARACTERS + " are allowed.");
        }
        if (blank) {
            throw new Refusal(ErrorCode.INVALID_TEXT, what + " is empty or holds nothing but white space.");
        }
    }

    /** Unicode's White_Space, and the separators that Java adds to it. */
    private static boolean isBlank(int character) {
        return Character.isWhitespace(character) || Character.isSpaceChar(character) || character == NEXT_LINE;
    }
}
