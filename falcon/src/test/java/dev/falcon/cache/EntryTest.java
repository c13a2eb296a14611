package dev.falcon.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.inference.Prediction;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EntryTest {

    private static final List<String> LABELS = List.of("a", "b", "c");

    @Test
    void comesBackBitForBit() {
        Random random = new Random(3);
        for (int i = 0; i < 1000; i++) {
            double a = random.nextDouble();
            double b = random.nextDouble() * (1 - a);
            Prediction prediction = new Prediction(LABELS, new double[]{a, b, 1 - a - b});
            assertThat(Entry.decode(Entry.encode(prediction), LABELS)).isEqualTo(prediction);
        }
    }

    @Test
    void isUnreadableWhenCutShortLengthenedOrOfAnotherVersionOrModel() {
        byte[] good = Entry.encode(new Prediction(LABELS, new double[]{0.2, 0.3, 0.5}));
        for (int length = 0; length < good.length; length++) {
            assertThat(Entry.decode(Arrays.copyOf(good, length), LABELS)).isNull();
        }
        assertThat(Entry.decode(Arrays.copyOf(good, good.length + 1), LABELS)).isNull();
        byte[] other = good.clone();
        other[0] = 3;
        assertThat(Entry.decode(other, LABELS)).isNull();
        assertThat(Entry.decode(good, List.of("a", "b"))).isNull();
    }

    @Test
    void remembersThatTheTextWasTruncated() {
        Prediction prediction = new Prediction(LABELS, new double[]{0.2, 0.3, 0.5}, true);

        assertThat(Entry.decode(Entry.encode(prediction), LABELS)).isEqualTo(prediction);
    }

    @Test
    void isWrittenAsTheVersionBeforeDoesUnlessTheTextWasTruncated() {
        byte[] before = ByteBuffer.allocate(27)
                .put((byte) 1)
                .putShort((short) 3)
                .putDouble(0.2)
                .putDouble(0.3)
                .putDouble(0.5)
                .array();

        assertThat(Entry.encode(new Prediction(LABELS, new double[]{0.2, 0.3, 0.5}))).isEqualTo(before);
        assertThat(Entry.encode(new Prediction(LABELS, new double[]{0.2, 0.3, 0.5}, true))[0])
                .as("of another version: nobody who knows only the first takes it for an answer to the whole text")
                .isEqualTo((byte) 2);
    }

    @Test
    void isUnreadableWhenItIsNoDistribution() {
        for (double[] wrong : new double[][]{{0.2, 0.3, 0.4}, {-0.1, 0.6, 0.5}, {Double.NaN, 0.5, 0.5}, {2, -1, 0}}) {
            assertThat(Entry.decode(Entry.encode(new Prediction(LABELS, wrong)), LABELS)).isNull();
        }
    }

    @Test
    void neverThrowsOnAnyBytes() {
        Random random = new Random(4);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextInt(40)];
            random.nextBytes(bytes);
            assertThat(Entry.decode(bytes, LABELS)).isNull();
        }
    }
}
