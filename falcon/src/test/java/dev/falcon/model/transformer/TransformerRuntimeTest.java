package dev.falcon.model.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.falcon.inference.ModelId;
import dev.falcon.model.Manifest;
import dev.falcon.model.ModelFault;
import dev.falcon.model.ModelFault.Reason;
import dev.falcon.model.ModelRuntime;
import dev.falcon.model.Prepared;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TransformerRuntimeTest {

    private static final EncoderDescription INT8 = EncoderDescription.BGE_SMALL_INT8;
    private static final String TEXT = "The soup was cold and the waiter did not care.";

    private final Encoders encoders = RealEncoders.encoders();

    @TempDir private Path folder;

    @AfterAll
    void close() {
        encoders.close();
    }

    private ModelRuntime load(String name, long seed, int labels) throws Exception {
        return load(RealEncoders.write(folder, name, RealEncoders.head(seed, labels), INT8), encoders);
    }

    private static ModelRuntime load(Path directory, Encoders encoders) throws ModelFault {
        return TransformerRuntime.load(directory, Manifest.read(directory), encoders);
    }

    private ModelFault fault(Path directory) {
        return catchThrowableOfType(ModelFault.class, () -> load(directory, encoders));
    }

    @Test
    void aTextPreparedOnceIsEmbeddedOnceForEveryHead() throws Exception {
        ModelRuntime mood = load("mood", 1, 2);
        ModelRuntime topic = load("topic", 2, 77);
        Prepared prepared = mood.prepare(TEXT);

        assertThat(topic.preparation()).isEqualTo(mood.preparation());
        assertThat(((TransformerPrepared) prepared).embedding()).isNull();
        mood.predict(List.of(prepared));
        float[] embedding = Objects.requireNonNull(((TransformerPrepared) prepared).embedding());
        assertThat(topic.predict(List.of(prepared))).isEqualTo(topic.predict(List.of(topic.prepare(TEXT))));
        assertThat(((TransformerPrepared) prepared).embedding()).as("the very same array").isSameAs(embedding);
        assertThat(mood.embedding(prepared)).isEqualTo(embedding).isNotSameAs(embedding);
        double squares = 0;
        for (float number : embedding) {
            squares += number * number;
        }
        assertThat(squares).isBetween(0.9999, 1.0001);
    }

    @Test
    void modelsOfOneEncoderShareIt() throws Exception {
        TransformerPrepared one = (TransformerPrepared) load("mood", 1, 2).prepare(TEXT);
        TransformerPrepared other = (TransformerPrepared) load("topic", 2, 3).prepare(TEXT);

        assertThat(one.encoder()).isSameAs(other.encoder());
    }

    @Test
    void aTextThatIsTooLongIsAnsweredByItsBeginningAndTheAnswerSaysSo() throws Exception {
        ModelRuntime model = load("mood", 1, 2);
        Prepared prepared = model.prepare("one two three four ".repeat(400));

        assertThat(prepared.truncated()).isTrue();
        assertThat(prepared.costTokens()).isEqualTo(RealEncoders.MAX_TOKENS);
        assertThat(model.predict(List.of(prepared)).getFirst().truncated()).isTrue();
        assertThat(model.predict(List.of(prepared)))
                .isEqualTo(model.predict(List.of(model.prepare("one two three four ".repeat(900)))));
        assertThat(model.predict(List.of(model.prepare(TEXT))).getFirst().truncated()).isFalse();
    }

    @Test
    void anyTextIsAText() throws Exception {
        ModelRuntime model = load("mood", 1, 2);

        for (String text : new String[]{"", " ", "\0", "a\0b", "😀 👩‍👩‍👧 família 日本語", "\uD83D", "x".repeat(9000),
            "\u202E\u0000\uFFFF"}) {
            assertThat(model.predict(List.of(model.prepare(text))).getFirst().confidence()).isBetween(0.5, 1.0);
        }
        assertThat(model.prepare("😀").costTokens()).isEqualTo(3);
    }

    @Test
    void anotherNumberOfTokensMakesItAnotherModel() throws Exception {
        Path directory = RealEncoders.write(folder, "m", RealEncoders.head(1, 2), INT8);
        ModelId trained = Manifest.read(directory).id();
        assertThat(load(directory, encoders).id()).isEqualTo(trained);
        try (Encoders shorter = RealEncoders.encoders(16)) {
            ModelRuntime model = load(directory, shorter);
            assertThat(model.id().name()).isEqualTo("m");
            assertThat(model.id().digest()).hasSize(64).isNotEqualTo(trained.digest());
            assertThat(model.prepare("word ".repeat(100)).costTokens()).isEqualTo(16);
        }
    }

    @Test
    void aTextOfAnotherEncoderIsRefused() throws Exception {
        try (Encoders others = RealEncoders.encoders(16)) {
            Prepared foreign = load(RealEncoders.write(folder, "m", RealEncoders.head(1, 2), INT8), others)
                    .prepare(TEXT);
            ModelRuntime model = load("mood", 1, 2);

            assertThatThrownBy(() -> model.predict(List.of(foreign))).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aManifestThatPromisesMoreThanTheEncoderKeepsIsRefused() throws Exception {
        Path directory = RealEncoders.write(folder, "m", RealEncoders.head(1, 2), INT8);
        Path manifest = directory.resolve(Manifest.FILE_NAME);
        Files.writeString(manifest, Files.readString(manifest)
                .replace("\"batch_invariant\" : false",
                        "\"batch_invariant\" : true"));

        ModelFault fault = fault(directory);

        assertThat(fault.reason()).isEqualTo(Reason.BAD_MANIFEST);
        assertThat(fault).hasMessageContaining("batch_invariant");
    }

    @Test
    void anEncoderThatIsNotThereIsNamed() throws Exception {
        EncoderDescription unknown = new EncoderDescription("bge-large", INT8.weights(), INT8.tokenizer(), false,
                INT8.memory());
        EncoderDescription another = new EncoderDescription(INT8.name(),
                new PackedFile("/other.onnx", "0".repeat(64)), INT8.tokenizer(), false, INT8.memory());

        ModelFault missing = fault(RealEncoders.write(folder, "a", RealEncoders.head(1, 2), unknown));
        ModelFault changed = fault(RealEncoders.write(folder, "b", RealEncoders.head(1, 2), another));

        assertThat(missing.reason()).isEqualTo(Reason.UNKNOWN_ENCODER);
        assertThat(missing).hasMessageContaining("bge-large").hasMessageContaining(INT8.name());
        assertThat(changed.reason()).isEqualTo(Reason.UNKNOWN_ENCODER);
        assertThat(changed).hasMessageContaining("another making of " + INT8.name());
    }
}
