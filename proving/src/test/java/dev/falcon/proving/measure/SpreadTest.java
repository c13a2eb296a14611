package dev.falcon.proving.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

final class SpreadTest {

    @Test
    void showsTheMiddleAndTheEndsWhateverTheOrder() {
        assertThat(Spread.of(List.of(5.0, 1.0, 100.0, 3.0, 2.0))).isEqualTo(new Spread(3, 1, 100));
    }

    @Test
    void anEvenNumberOfRoundsHasItsMedianBetweenTheTwoInTheMiddle() {
        assertThat(Spread.of(List.of(4.0, 1.0, 2.0, 10.0))).isEqualTo(new Spread(3, 1, 10));
    }

    @Test
    void ratiosAreTakenRoundByRoundSoThatASlowMinuteFallsOut() {
        assertThat(Spread.ofRatios(List.of(50.0, 5.0, 51.0), List.of(100.0, 10.0, 100.0)))
                .isEqualTo(new Spread(0.5, 0.5, 0.51));
    }

    @Test
    void refusesWhatHasNoMiddleOrNoMatch() {
        assertThatThrownBy(() -> Spread.of(List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Spread.ofRatios(List.of(1.0), List.of(1.0, 2.0)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
