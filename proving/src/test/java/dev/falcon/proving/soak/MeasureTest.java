package dev.falcon.proving.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MeasureTest {

    private static final long MB = 1 << 20;

    /** Forty samples over two million requests. */
    private static List<Sample> samples(IntToLongFunction liveBytes) {
        return IntStream.range(0, 40)
                .mapToObj(i -> new Sample(50_000L * (i + 1), liveBytes.applyAsLong(i), 200 * MB, 40, 50, 3, 9000))
                .toList();
    }

    private static Measure.Verdict live(IntToLongFunction liveBytes) {
        return Measure.LIVE.judge(samples(liveBytes));
    }

    @Test
    void whatStaysHolds() {
        assertThat(Stream.of(Measure.values()).map(one -> one.judge(samples(i -> 30 * MB))))
                .allMatch(Measure.Verdict::held);
    }

    @Test
    void aSteadyLeakIsFoundWithItsRate() {
        Measure.Verdict leak = live(i -> 30 * MB + i * MB / 4);

        assertThat(leak.held()).isFalse();
        assertThat(leak.perMillion()).isCloseTo(5, within(0.01));
        assertThat(leak.growth()).isCloseTo(4.75, within(0.01));
    }

    @Test
    void aSawtoothAndAnOutlierAreNoLeak() {
        assertThat(live(i -> (i % 3 == 0 ? 34 : 30) * MB).held()).isTrue();
        assertThat(live(i -> (i == 39 ? 90 : 30) * MB).held()).isTrue();
    }

    @Test
    void whatAWorkerTakesToSettleIsNoLeak() {
        assertThat(live(i -> Math.min(i, 19) * MB).held()).isTrue();
    }

    @Test
    void aFewThreadsMoreAreALeakAndOneIsNot() {
        assertThat(threads(4).held()).isFalse();
        assertThat(threads(1).held()).isTrue();
    }

    /** So many more from the first sample of the second half to the last. */
    private static Measure.Verdict threads(int more) {
        return Measure.THREADS.judge(IntStream.range(0, 40)
                .mapToObj(i -> new Sample(19_000L * i, 0, 0, 40 + (long) i * more / 19, 0, 0, 0))
                .toList());
    }

    @Test
    void theReportShowsEveryMeasureAndTheEndings() {
        List<Sample> samples = samples(i -> 30 * MB);
        List<Measure.Verdict> verdicts = Stream.of(Measure.values()).map(one -> one.judge(samples)).toList();

        String page = new Report(samples, verdicts, Map.of("200", 2_000_000L), 7, 200, "A worker.").markdown();

        assertThat(page).contains("2,000,000 requests in 200 s (10,000 a second")
                .contains("{200=2000000}")
                .contains("| temporary files | 3.0 |");
        assertThat(Plot.svg(samples)).startsWith("<svg")
                .endsWith("</svg>\n")
                .contains("2.00 million requests")
                .doesNotContain("NaN");
    }
}
