package dev.falcon.model.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import dev.falcon.inference.Prediction;
import dev.falcon.model.Evaluation;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeadTrainerTest {

    /** Embeddings with labels: clouds that overlap, around a common direction as those of an encoder. */
    private record Clouds(List<String> labels, List<float[]> embeddings, List<Integer> labelOfEach) {

        static Clouds of(long seed, int labels, int each, double distance) {
            Random centresOf = new Random(99);
            float[][] centres = new float[labels + 1][EncoderDescription.DIMENSIONS];
            for (float[] centre : centres) {
                for (int d = 0; d < centre.length; d++) {
                    centre[d] = (float) centresOf.nextGaussian();
                }
            }
            Random random = new Random(seed);
            List<float[]> embeddings = new ArrayList<>();
            int[] given = new int[labels * each];
            for (int i = 0; i < given.length; i++) {
                given[i] = i % labels;
                float[] embedding = new float[EncoderDescription.DIMENSIONS];
                double squares = 0;
                for (int d = 0; d < embedding.length; d++) {
                    embedding[d] = (float) (3 * centres[labels][d] + distance * centres[given[i]][d]
                            + 2 * random.nextGaussian());
                    squares += embedding[d] * embedding[d];
                }
                for (int d = 0; d < embedding.length; d++) {
                    embedding[d] /= (float) Math.sqrt(squares);
                }
                embeddings.add(embedding);
            }
            return new Clouds(IntStream.range(0, labels).mapToObj(i -> "label" + i).toList(), embeddings,
                    IntStream.of(given).boxed().toList());
        }

        int[] given() {
            return labelOfEach.stream().mapToInt(Integer::intValue).toArray();
        }

        HeadTrainer.Fitted fit() {
            return new HeadTrainer(labels, embeddings, given(), step -> {
            }).fit();
        }
    }

    private static Evaluation evaluated(Head head, Clouds fresh) {
        return Evaluation.of(fresh.labels(), fresh.given(), fresh.embeddings()
                .stream()
                .map(embedding -> new Prediction(fresh.labels(), head.probabilities(embedding)))
                .toList());
    }

    @ParameterizedTest
    @CsvSource({"2, 0.25", "3, 0.25", "20, 0.5"})
    void tellsAnyNumberOfLabelsApartWithProbabilitiesThatMeanWhatTheySay(int labels, double distance) {
        HeadTrainer.Fitted fitted = Clouds.of(1, labels, 1200 / labels, distance).fit();
        Evaluation fresh = evaluated(fitted.head(), Clouds.of(2, labels, 1200 / labels, distance));

        assertThat(fresh.accuracy()).isBetween(0.7, 0.999);
        assertThat(fresh.calibrationError()).isLessThan(0.05);
        assertThat(fitted.accuracy()).isCloseTo(fresh.accuracy(), offset(0.06));
    }

    @Test
    void theSameEmbeddingsGiveTheSameBits() {
        byte[] once = file(Clouds.of(3, 3, 60, 0.3).fit());

        assertThat(file(Clouds.of(3, 3, 60, 0.3).fit())).isEqualTo(once);
    }

    private static byte[] file(HeadTrainer.Fitted fitted) {
        return HeadFile.encode(new HeadFile.Content("encoder", "digest", fitted.head()));
    }

    @Test
    void findsTheLowestPointOfAWindingValley() {
        double[] point = {-1.2, 1};
        Lbfgs.minimise((at, gradient) -> {
            double across = at[1] - at[0] * at[0];
            gradient[0] = -400 * at[0] * across - 2 * (1 - at[0]);
            gradient[1] = 200 * across;
            return 100 * across * across + (1 - at[0]) * (1 - at[0]);
        }, point, new Lbfgs.Stop(1e-9, 200));

        assertThat(point[0]).isCloseTo(1, offset(1e-5));
        assertThat(point[1]).isCloseTo(1, offset(1e-5));
    }

    @Test
    void theGradientIsThatOfTheLoss() {
        Clouds clouds = Clouds.of(4, 3, 50, 0.5);
        SoftmaxLoss loss = new SoftmaxLoss(new Standardised(clouds.embeddings()), clouds.given(), 3, 0.1);
        Random random = new Random(5);
        double[] point = random.doubles(loss.parameters(), -0.1, 0.1).toArray();
        double[] gradient = new double[point.length];
        loss.at(point, gradient);
        for (int i = 0; i < point.length; i += 97) {
            double step = 1e-2;
            double here = point[i];
            point[i] = here + step;
            double above = loss.at(point, new double[point.length]);
            point[i] = here - step;
            double below = loss.at(point, new double[point.length]);
            point[i] = here;

            assertThat((above - below) / (2 * step)).isCloseTo(gradient[i],
                    offset(1e-3));
        }
    }
}
