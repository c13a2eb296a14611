package dev.falcon.proving.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class KindTest {

    @Test
    void aRepeatedKeyIsOneThatWasAskedFourSecondsBefore() {
        assertThat(LongStream.range(2_000, 2_100).filter(number -> Kind.of(number) == Kind.KEYED_AGAIN))
                .hasSize(10)
                .allSatisfy(number -> assertThat(Kind.of(Kind.KEYED_AGAIN.original(number))).isEqualTo(Kind.KEYED));
    }

    @Test
    void aRepeatedTextIsOneThatWasNewBefore() {
        assertThat(LongStream.range(2_000, 2_100).filter(number -> Kind.of(number) == Kind.REPEATED))
                .hasSize(10)
                .allSatisfy(number -> assertThat(Kind.of(Kind.REPEATED.original(number))).isEqualTo(Kind.FRESH));
    }

    @Test
    void quantilesAreOfTheAnswersThemselves() {
        Latencies millis = Latencies.of(LongStream.rangeClosed(1, 100)
                .mapToObj(each -> new Asked(each, 0, 0, each * 1_000_000, 200, false, false, ""))
                .toList());

        assertThat(millis.quantile(0.5)).isEqualTo(50);
        assertThat(millis.quantile(0.99)).isEqualTo(99);
        assertThat(millis.max()).isEqualTo(100);
        assertThat(millis.above(97.5)).isEqualTo(3);
    }
}
