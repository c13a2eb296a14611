package dev.falcon.proving.soak;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** What must not grow, and how much of an apparent growth over the second half of a run is still noise. */
enum Measure {
    LIVE("live heap after collection", "MB", 1, 0.05, sample -> sample.liveBytes() / 1048576.0),
    RESIDENT("resident set", "MB", 10, 0.05, sample -> sample.residentBytes() / 1048576.0),
    THREADS("threads", "", 2, 0, Sample::threads),
    /** Clients come and go while they are counted. */
    OPEN_FILES("open files and sockets", "", 4, 0, Sample::openFiles),
    TEMPORARY_FILES("temporary files", "", 0.5, 0, Sample::temporaryFiles);

    /**
     * How a measure went over the second half of a run, the first being what the worker takes to settle.
     *
     * @param growth by the trend, from the half's first sample to its last
     * @param allowed of it
     */
    record Verdict(Measure measure, double median, double growth, double perMillion, double allowed) {

        boolean held() {
            return growth <= allowed;
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT,
                    "%s: median %.1f %s, trend %+.2f over the second half (at most %.2f), %+.2f a million requests",
                    measure.title, median, measure.unit, growth, allowed, perMillion);
        }
    }

    private final String title;
    private final String unit;
    private final double allowed;
    private final double allowedShare;
    @SuppressWarnings("ImmutableEnumChecker") // a method reference
    private final ToDoubleFunction<Sample> value;

    Measure(String title, String unit, double allowed, double allowedShare, ToDoubleFunction<Sample> value) {
        this.title = title;
        this.unit = unit;
        this.allowed = allowed;
        this.allowedShare = allowedShare;
        this.value = value;
    }

    String title() {
        return title;
    }

    String unit() {
        return unit;
    }

    double of(Sample sample) {
        return value.applyAsDouble(sample);
    }

    Verdict judge(List<Sample> samples) {
        List<Sample> half = samples.subList(samples.size() / 2, samples.size());
        double[] x = half.stream().mapToDouble(Sample::requests).toArray();
        double[] y = half.stream().mapToDouble(value).toArray();
        double slope = Trend.slope(x, y);
        double median = Trend.median(y);
        return new Verdict(this, median, slope * (x[x.length - 1] - x[0]), slope * 1e6,
                allowed + allowedShare * median);
    }
}
