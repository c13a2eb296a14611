package dev.falcon.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PollScheduleTest {

    @Test
    void beginsSoonAndNeverWaitsLong() {
        PollSchedule schedule = new PollSchedule(new Random(1));
        List<Duration> waits = Stream.generate(schedule::next).limit(100).toList();
        assertThat(waits.getFirst()).isBetween(Duration.ofMillis(2), Duration.ofMillis(5));
        assertThat(waits).allSatisfy(wait -> assertThat(wait).isPositive().isLessThanOrEqualTo(Duration.ofMillis(200)));
        assertThat(waits.subList(20, 100)).allSatisfy(wait -> assertThat(wait).isGreaterThan(Duration.ofMillis(99)));
    }

    @Test
    void doesNotLetWaitersMarchInStep() {
        assertThat(Stream.generate(() -> new PollSchedule(new Random()).next()).limit(20).distinct())
                .hasSizeGreaterThan(
                        10);
    }
}
