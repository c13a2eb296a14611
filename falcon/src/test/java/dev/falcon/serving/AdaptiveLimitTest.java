package dev.falcon.serving;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Against a simulated worker of two processors whose model takes three milliseconds: 667 requests a second. */
class AdaptiveLimitTest {

    private static final int FLOOR = 8;
    private static final int CEILING = 128;
    private static final double MILLIS = 3;
    private static final double CAPACITY = SimulatedServer.PROCESSORS * 1000 / MILLIS;

    private final AdaptiveLimit limit = new AdaptiveLimit(FLOOR, CEILING, 0);
    private final SimulatedServer server = new SimulatedServer(limit);

    /** Five seconds at half the capacity, ten at ten times, ten at half. */
    private static void overload(SimulatedServer server) {
        server.openLoop(0, 5, CAPACITY / 2, MILLIS, 0);
        server.openLoop(5, 15, CAPACITY * 10, MILLIS, 0);
        server.openLoop(15, 25, CAPACITY / 2, MILLIS, 0);
        server.run();
    }

    @Test
    void atTenTimesTheCapacityGoodputStaysAndTheAnsweredDoNotWaitLong() {
        overload(server);
        SimulatedServer fixed = new SimulatedServer(CEILING);
        overload(fixed);

        double unloaded = server.p99Millis(0, 5);
        assertThat(server.goodput(5, 15)).isGreaterThan(0.97 * CAPACITY)
                .isGreaterThan(0.97 * fixed.goodput(5, 15));
        assertThat(server.p99Millis(7, 15)).isLessThan(5 * unloaded);
        assertThat(fixed.p99Millis(7, 15)).as("with a fixed limit").isGreaterThan(10 * unloaded);
    }

    @Test
    void afterAnOverloadItIsBackAtItsCeilingWithinSeconds() {
        overload(server);

        assertThat(server.refused(15, 17)).as("of some 670").isLessThan(100);
        assertThat(server.refused(17, 25)).isZero();
        assertThat(limit.limit()).isEqualTo(CEILING);
    }

    @Test
    void nothingIsRefusedAtLowLoadNorNearTheCapacity() {
        server.openLoop(0, 20, CAPACITY * 0.3, MILLIS, 0);
        server.openLoop(20, 40, CAPACITY * 0.9, MILLIS, 0);
        server.run();

        assertThat(server.refused(0, 40)).isZero();
        assertThat(limit.limit()).isEqualTo(CEILING);
    }

    @Test
    void burstsThatEmptyByThemselvesAreTakenWhole() {
        for (int i = 0; i < 100; i++) {
            server.burst(i * 0.25, 50, MILLIS);
        }
        server.burst(30, CEILING, 30);
        server.run();

        assertThat(server.refused(0, 40)).isZero();
    }

    @Test
    void clientsThatWaitForTheirAnswersAreNotRefusedHoweverLongTheyWait() {
        server.closedLoop(0, 20, 32, MILLIS);
        server.closedLoop(0, 20, 80, MILLIS * 4);
        server.run();

        assertThat(server.refused(0, 20)).isZero();
    }

    @Test
    void afterAnOverloadSuchClientsFindTheirPlacesAgain() {
        server.openLoop(0, 10, CAPACITY * 10, MILLIS, 0);
        server.closedLoop(10, 30, 64, MILLIS);
        server.run();

        assertThat(server.refused(15, 30)).isZero();
        assertThat(server.goodput(15, 29)).isGreaterThan(0.97 * CAPACITY);
    }

    @Test
    void aMixtureOfCachedAndComputedAnswersIsNoOverload() {
        server.openLoop(0, 10, CAPACITY * 8, MILLIS, 0.9);
        server.openLoop(10, 20, CAPACITY * 0.8, MILLIS, 0);
        server.openLoop(20, 22, CAPACITY * 60, MILLIS, 0.99);
        server.run();

        assertThat(server.refused(0, 22)).isZero();
        assertThat(limit.limit()).isEqualTo(CEILING);
    }

    @Test
    void aModelThatBecomesSlowerIsNoReasonToRefuseWhatItCanStillAnswer() {
        server.openLoop(0, 10, CAPACITY * 0.08, MILLIS, 0);
        server.openLoop(10, 20, CAPACITY * 0.08, MILLIS * 10, 0);
        server.run();

        assertThat(server.refused(0, 20)).isZero();
    }

    @Test
    void aModelOfMicrosecondsKeepsTheCeilingWhateverIsRefused() {
        server.openLoop(0, 0.3, 400_000, 0.02, 0);
        server.run();

        assertThat(server.refused(0, 1)).isPositive();
        assertThat(limit.limit()).as("a full line there empties in a millisecond").isEqualTo(CEILING);
    }

    @Test
    void itKeepsWithinItsBounds() {
        AdaptiveLimit small = new AdaptiveLimit(FLOOR, 4, 0);
        assertThat(small.limit(0)).isEqualTo(4);
        long now = 0;
        for (int i = 0; i < 1000; i++) {
            now += 10_000_000;
            limit.refused(now);
            limit.computed(1_000_000_000, 3_000_000, now);
            small.refused(now);
            small.computed(1_000_000_000, 3_000_000, now);
        }
        assertThat(limit.limit(now)).isEqualTo(FLOOR);
        assertThat(small.limit(now)).isEqualTo(4);
        assertThat(limit.limit(now + 60_000_000_000L)).as("after a quiet minute").isEqualTo(CEILING);
    }
}
