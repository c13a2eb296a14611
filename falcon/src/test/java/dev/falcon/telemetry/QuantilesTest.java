package dev.falcon.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class QuantilesTest {

    private static final double[] BOUNDS = {1, 2, 4, Double.POSITIVE_INFINITY};

    @Test
    void withoutObservationsThereIsNoQuantile() {
        assertThat(Quantiles.quantile(0.5, BOUNDS, new long[4])).isNaN();
    }

    @Test
    void aQuantileIsInterpolatedWithinItsBucket() {
        assertThat(Quantiles.quantile(0.5, BOUNDS, new long[]{0, 10, 0, 0})).isEqualTo(1.5);
        assertThat(Quantiles.quantile(0.75, BOUNDS, new long[]{10, 0, 10, 0})).isEqualTo(3);
    }

    @Test
    void beyondTheLastFiniteBoundItIsThatBound() {
        assertThat(Quantiles.quantile(0.99, BOUNDS, new long[]{1, 0, 0, 99})).isEqualTo(4);
    }
}
