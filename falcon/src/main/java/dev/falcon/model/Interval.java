package dev.falcon.model;

/** A closed range of shares, each between 0 and 1. */
public record Interval(double low, double high) {

    private static final double Z_95 = 1.959963984540054;

    /**
     * The 95 % score interval of a share, after E. B. Wilson, "Probable inference, the law of succession, and statistical
     * inference", JASA 22 (1927). Unlike the textbook interval it stays within 0 and 1 and is honest near both.
     *
     * @param successes at most {@code trials}
     * @param trials at least 1
     */
    static Interval wilson95(int successes, int trials) {
        double n = trials;
        double share = successes / n;
        double z2 = Z_95 * Z_95;
        double centre = share + z2 / (2 * n);
        double margin = Z_95 * Math.sqrt(share * (1 - share) / n + z2 / (4 * n * n));
        double scale = 1 + z2 / n;
        return new Interval(Math.max(0, (centre - margin) / scale), Math.min(1, (centre + margin) / scale));
    }
}
