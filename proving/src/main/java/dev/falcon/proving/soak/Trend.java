package dev.falcon.proving.soak;

import java.util.Arrays;

/**
 * Where a row of samples goes: the Theil-Sen slope, which is the median of the slopes between all pairs of points and so
 * is moved neither by single outliers nor by a sawtooth. Pure.
 */
final class Trend {

    private Trend() {}

    /** How much y grows for each unit of x; 0 for fewer than two points. */
    static double slope(double[] x, double[] y) {
        double[] slopes = new double[x.length * (x.length - 1) / 2];
        int count = 0;
        for (int i = 0; i < x.length; i++) {
            for (int j = i + 1; j < x.length; j++) {
                if (x[j] != x[i]) {
                    slopes[count++] = (y[j] - y[i]) / (x[j] - x[i]);
                }
            }
        }
        return median(Arrays.copyOf(slopes, count));
    }

    static double median(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        if (sorted.length == 0) {
            return 0;
        }
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
