package dev.falcon.model.linear;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.falcon.model.Evaluation;
import dev.falcon.model.Interval;
import dev.falcon.model.Manifest;
import dev.falcon.model.ModelFault;
import dev.falcon.model.ModelFault.Reason;
import dev.falcon.model.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WeightsFileTest {

    private static final int LENGTH_OFFSET = 12;
    private static final int TOKENIZER_OFFSET = 16;

    @TempDir private Path folder;
    private Weights weights;
    private byte[] bytes;

    @BeforeEach
    void encode() {
        weights = Generated.weights(7, 3);
        bytes = WeightsFile.encode(weights);
    }

    private static Manifest manifest(List<String> labels, byte[] file) {
        return new Manifest(Manifest.FORMAT, LinearRuntime.KIND, "m", "1", labels, Sha256.hex(file), true,
                new Manifest.Training("d".repeat(64), 1, 1, 1, 0, Map.of()),
                new Evaluation(1, new Interval(0, 1), 1, 0, 1, labels, List.of()), null);
    }

    private Weights read(byte[] file) throws IOException, ModelFault {
        Files.write(folder.resolve(WeightsFile.NAME), file);
        return WeightsFile.read(folder, manifest(weights.labels(), file));
    }

    private @Nullable ModelFault fault(byte[] file, byte[] digested) throws IOException {
        Files.write(folder.resolve(WeightsFile.NAME), file);
        return catchThrowableOfType(ModelFault.class,
                () -> WeightsFile.read(folder, manifest(weights.labels(), digested)));
    }

    private ModelFault corrupted(Consumer<ByteBuffer> damage) throws IOException {
        byte[] damaged = bytes.clone();
        damage.accept(ByteBuffer.wrap(damaged));
        return Objects.requireNonNull(fault(damaged, damaged), "no fault");
    }

    @Test
    void isReadAsItWasWritten() throws Exception {
        assertThat(WeightsFile.encode(read(bytes))).isEqualTo(bytes);
    }

    @Test
    void aMissingFileIsNamed() {
        ModelFault fault = catchThrowableOfType(ModelFault.class,
                () -> WeightsFile.read(folder, manifest(weights.labels(), bytes)));

        assertThat(fault.reason()).isEqualTo(Reason.MISSING);
        assertThat(fault).hasMessage(folder.resolve("weights.bin") + ": there is no such file");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 8, 15, 16, 100, -1})
    void aTruncatedFileIsSaidToBeTruncated(int kept) throws IOException {
        byte[] truncated = Arrays.copyOf(bytes, kept < 0 ? bytes.length - 1 : kept);

        ModelFault fault = fault(truncated, bytes);

        assertThat(fault).isNotNull()
                .hasMessageContaining("truncated")
                .extracting(ModelFault::reason)
                .isEqualTo(Reason.TRUNCATED);
    }

    @Test
    void anyChangedByteBreaksTheDigestWhichIsToldExpectedAndFound() throws IOException {
        byte[] damaged = bytes.clone();
        damaged[bytes.length / 2] ^= 1;

        assertThat(fault(damaged, bytes)).isNotNull()
                .hasMessageContaining(Sha256.hex(damaged))
                .hasMessageContaining(Sha256.hex(bytes))
                .extracting(ModelFault::reason)
                .isEqualTo(Reason.DIGEST_MISMATCH);
    }

    @Test
    void eachContradictionOfTheFormatIsNamed() throws IOException {
        assertThat(corrupted(file -> file.put(0, (byte) 'f'))).hasMessageContaining("does not start with FALCONLR");
        assertThat(corrupted(file -> file.putInt(8, 9))).hasMessageContaining("format 9");
        assertThat(corrupted(file -> file.putInt(LENGTH_OFFSET, 99))).hasMessageContaining("99 bytes long");
        assertThat(corrupted(file -> file.putInt(TOKENIZER_OFFSET, 99))).hasMessageContaining("tokenizer 99");
        assertThat(corrupted(file -> file.putInt(TOKENIZER_OFFSET + 4, -1))).hasMessageContaining("-1 labels");
        assertThat(corrupted(file -> file.putInt(TOKENIZER_OFFSET + 4, Integer.MAX_VALUE)))
                .hasMessageContaining("more than fit");
        assertThat(corrupted(file -> file.putInt(TOKENIZER_OFFSET + 4, 1))).hasMessageContaining("1 labels");
        assertThat(corrupted(file -> file.putFloat(bytes.length - 4, Float.NaN))).hasMessageContaining("not finite");
        assertThat(corrupted(file -> file.put(TOKENIZER_OFFSET + 10, (byte) 'L')))
                .hasMessageContaining("its labels are [Label0, label1, label2], the manifest's [label0,");
    }

    /** With a digest that fits, only the decoder stands between such a file and the worker. */
    @Test
    void noDamageEndsInAnythingButAFault() throws IOException {
        Random random = new Random(11);
        int refused = 0;
        for (int i = 0; i < 2000; i++) {
            byte[] damaged = bytes.clone();
            int changes = 1 + random.nextInt(3);
            for (int change = 0; change < changes; change++) {
                damaged[TOKENIZER_OFFSET + random.nextInt(bytes.length - TOKENIZER_OFFSET)] = (byte) random.nextInt();
            }
            refused += fault(damaged, damaged) == null ? 0 : 1;
        }
        assertThat(refused).isPositive();
    }

    @Test
    void contentThatEndsEarlyIsAFaultWhereverItEnds() throws IOException {
        for (int length = TOKENIZER_OFFSET; length < bytes.length; length += 7) {
            byte[] shorter = Arrays.copyOf(bytes, length);
            ByteBuffer.wrap(shorter).putInt(LENGTH_OFFSET, length);

            assertThat(fault(shorter, shorter)).as("%d bytes", length)
                    .isNotNull()
                    .extracting(ModelFault::reason)
                    .isEqualTo(Reason.CORRUPT);
        }
    }
}
