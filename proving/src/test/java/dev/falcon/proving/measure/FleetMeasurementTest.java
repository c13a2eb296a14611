package dev.falcon.proving.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class FleetMeasurementTest {

    @Test
    void cpuTimeOfARequestIsWhatAllPartsUsedInBetween() {
        assertThat(FleetMeasurement.micros(Map.of("workers", 1_000_000L, "nginx", 500_000L),
                Map.of("workers", 3_000_000L, "nginx", 1_500_000L), 100))
                .containsExactlyInAnyOrderEntriesOf(
                        Map.ofEntries(entry("workers", 20.0), entry("nginx", 10.0), entry("cpu_micros", 30.0)));
    }

    @Test
    void whatNeedsAStackIsMeasuredOnlyWhenItIsNamed() {
        assertThat(Chapter.ALONE).doesNotContainAnyElementsOf(Chapter.OF_THE_STACK);
        assertThat(Chapter.ALL).containsAll(Chapter.ALONE).containsAll(Chapter.OF_THE_STACK);
    }
}
