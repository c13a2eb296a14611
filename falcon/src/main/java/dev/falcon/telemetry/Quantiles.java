package dev.falcon.telemetry;

/**
 * Quantiles of a classic histogram, interpolated linearly within the bucket they fall into, as Prometheus'
 * {@code histogram_quantile} does. Pure.
 */
final class Quantiles {

    private Quantiles() {}

    /**
     * @param q between 0 and 1
     * @param upperBounds ascending; the last may be infinite
     * @param counts observations in each bucket, not cumulated
     * @return the quantile in the bounds' unit; the highest finite bound when it lies beyond; NaN without observations
     */
    static double quantile(double q, double[] upperBounds, long[] counts) {
        long total = 0;
        for (long count : counts) {
            total += count;
        }
        if (total == 0) {
            return Double.NaN;
        }
        double rank = q * total;
        long below = 0;
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] > 0 && below + counts[i] >= rank) {
                double lower = i == 0 ? 0 : upperBounds[i - 1];
                if (Double.isInfinite(upperBounds[i])) {
                    return lower;
                }
                return lower + (upperBounds[i] - lower) * (rank - below) / counts[i];
            }
            below += counts[i];
        }
        return upperBounds[upperBounds.length - 1];
    }
}
