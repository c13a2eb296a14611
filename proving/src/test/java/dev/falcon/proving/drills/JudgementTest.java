package dev.falcon.proving.drills;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.proving.drills.Cause.Clients;
import dev.falcon.proving.drills.Cause.Rows;
import dev.falcon.proving.drills.DrillRecord.Control;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class JudgementTest {

    private static final long SECOND = 1_000_000_000L;
    private static final long FAULT = 40 * SECOND;
    private static final long RESOLVED = 60 * SECOND;

    private final List<Asked> asked = new ArrayList<>();
    private final Map<String, Integer> rows = new HashMap<>();

    @BeforeEach
    void answerARequestASecond() {
        for (int i = 0; i < 80; i++) {
            ask(200, false, i * SECOND);
        }
    }

    private Asked ask(int status, boolean saysWhen, long due) {
        String id = "run-" + asked.size();
        Asked one = new Asked(id, true, due, due, due + 2_000_000, status, saysWhen, "worker-1",
                status == 0 ? "reset" : "");
        asked.add(one);
        if (status == 200) {
            rows.put(id, 1);
        }
        return one;
    }

    private DrillRecord record(Cause cause, Control control) {
        DrillRecord record =
                new DrillRecord(cause.firing("CircuitBreakerOpen", Map.of("dependency", "redis")), control);
        record.fault = FAULT;
        record.detected = FAULT + SECOND;
        record.resolved = RESOLVED;
        record.verified = RESOLVED;
        record.recovered = RESOLVED + SECOND;
        record.asked = asked;
        record.rows = rows;
        record.alertsSeen.addAll(Set.of("Watchdog", "CircuitBreakerOpen"));
        return record;
    }

    private List<String> failures(Cause cause) {
        return Judgement.failures(record(cause, Control.NONE));
    }

    private static Cause cause() {
        return Cause.of("incident", "cause");
    }

    @Test
    void aDrillInWhichEverybodyGotAnAnswerPasses() {
        assertThat(failures(cause())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"503, true, REFUSED", "429, true, REFUSED", "503, false, LOST", "500, false, ERROR",
        "504, false, ERROR",
        "502, true, LOST", "0, false, LOST", "404, false, LOST"})
    void whatBecameOfARequestHasAKind(int status, boolean saysWhen, Asked.Kind kind) {
        assertThat(ask(status, saysWhen, FAULT).kind()).isEqualTo(kind);
    }

    @ParameterizedTest
    @CsvSource({"NOTHING, 503, false", "NOTHING, 504, false", "REFUSALS, 503, true", "REFUSALS, 504, false",
        "ERRORS, 503, true", "ERRORS, 500, true", "ERRORS, 0, false", "OUTAGE, 0, true", "OUTAGE, 503, true"})
    void clientsMaySeeWhatTheCauseAllowsAndNoMore(Clients clients, int status, boolean passes) {
        ask(status, true, FAULT + SECOND);

        assertThat(failures(cause().clientsSee(clients)).isEmpty()).isEqualTo(passes);
    }

    @ParameterizedTest
    @CsvSource({"39, false", "41, true", "61, true", "63, false"})
    void anOutageIsBetweenTheFaultAndTheEndOfTheResolution(long due, boolean passes) {
        ask(0, false, due * SECOND);

        assertThat(failures(cause().clientsSee(Clients.OUTAGE)).isEmpty()).isEqualTo(passes);
    }

    @Test
    void aWrongEndingIsToldWithItsFirstRequest() {
        ask(0, false, FAULT + SECOND);

        assertThat(failures(cause())).containsExactly("1 requests ended as LOST, which this cause does not allow; "
                + "first run-80, reset, 1.0 s after the fault");
    }

    @Test
    void anAnswerWithoutARowFails() {
        rows.remove("run-5");

        assertThat(failures(cause())).containsExactly("1 answers have no row, 0 may; first run-5");
    }

    @Test
    void asManyRowsMayBeMissingAsWereCountedAsDropped() {
        rows.remove("run-5");
        DrillRecord record = record(cause().rows(Rows.DROPPED), Control.NONE);
        record.counts = new Books.Counts(80, 79, 1);

        assertThat(Judgement.failures(record)).isEmpty();
        rows.remove("run-6");
        assertThat(Judgement.failures(record)).hasSize(1);
    }

    @Test
    void aKillMayCostTheAnswersOfAFifthOfASecondAndFewMore() {
        for (int i = 0; i < 10; i++) {
            rows.remove(ask(200, false, FAULT + i * SECOND / 100).id());
        }
        // One of every second's answers is among them, too.
        for (int i = 0; i < 6; i++) {
            rows.remove("run-" + i);
        }
        assertThat(failures(cause().rows(Rows.KILLED))).isEmpty();

        rows.remove("run-7");
        assertThat(failures(cause().rows(Rows.KILLED))).containsExactly("17 answers have no row, 16 may; first run-0");
        DrillRecord twice = record(cause().rows(Rows.KILLED), Control.NONE);
        twice.kills = 2;
        assertThat(Judgement.failures(twice)).isEmpty();
    }

    @Test
    void twoRowsAreRightOnlyWhereNginxAskedTwice() {
        rows.put("run-3", 2);
        DrillRecord record = record(cause(), Control.NONE);
        record.askedTwice = Set.of("run-3");
        assertThat(Judgement.failures(record)).isEmpty();

        rows.put("run-4", 2);
        assertThat(Judgement.failures(record)).containsExactly(
                "1 answers have more than one row, and nginx asked only once; first run-4");
    }

    @Test
    void rowsThatCouldNotBeReadFail() {
        DrillRecord record = record(cause(), Control.NONE);
        record.rows = null;

        assertThat(Judgement.failures(record)).containsExactly("the rows could not be read");
    }

    @Test
    void anAlertThatTheCauseDoesNotExplainFails() {
        DrillRecord record = record(cause().mayFire("CacheErrors"), Control.NONE);
        record.alertsSeen.add("CacheErrors");
        assertThat(Judgement.failures(record)).isEmpty();

        record.alertsSeen.add("WorkerDown");
        assertThat(Judgement.failures(record))
                .containsExactly("alerts fired that this cause does not explain: [WorkerDown]");
    }

    @Test
    void withoutAFaultTheDrillMustFailWhereItWaitsForTheAlert() {
        DrillRecord record = record(cause(), Control.NO_FAULT);
        record.failures.add("CircuitBreakerOpen did not fire");
        assertThat(Judgement.failures(record)).containsExactly("CircuitBreakerOpen fires without the fault");

        record.detected = null;
        assertThat(Judgement.failures(record)).isEmpty();

        record.fault = null;
        assertThat(Judgement.failures(record)).containsExactly("CircuitBreakerOpen did not fire");
    }

    @Test
    void withoutAResolutionItMustStayBroken() {
        DrillRecord record = record(cause(), Control.NO_RESOLUTION);
        ask(0, false, FAULT);
        assertThat(Judgement.failures(record)).isEmpty();

        record.failures.add("it got well");
        assertThat(Judgement.failures(record)).containsExactly("it got well");
    }

    @Test
    void aRunWhoseGeneratorWasLateSaysNothing() {
        DrillRecord record = record(cause(), Control.NONE);
        assertThat(Judgement.voidReason(record)).isEmpty();

        asked.add(new Asked("late", true, FAULT, FAULT + 30_000_000, FAULT + 40_000_000, 200, false, "", ""));
        asked.add(new Asked("volley", false, FAULT, FAULT + 900_000_000, FAULT + SECOND, 200, false, "", ""));
        assertThat(Judgement.voidReason(record)).isEqualTo("the generator was 30.0 ms late at p99");
    }

    @Test
    void latencyIsOfTheAnswersThatWereDueInItsSpan() {
        asked.add(new Asked("slow", true, FAULT, FAULT, FAULT + SECOND, 200, false, "", ""));

        assertThat(Latency.of(asked, 0, FAULT)).isEqualTo(new Latency(40, 2, 2));
        assertThat(Latency.of(asked, FAULT, FAULT + 2 * SECOND)).isEqualTo(new Latency(3, 2, 1000));
    }

    @ParameterizedTest
    @CsvSource({"0, CacheErrors, false", "0, HighErrorRate, false", "1, CacheErrors, true", "1, HighErrorRate, false"})
    void alertsOfSlownessSayNothingOnAMachineThatWasTooSlowBefore(int slow, String alert, boolean passes) {
        for (int i = 0; i < slow; i++) {
            long due = 20 * SECOND;
            Asked one = new Asked("slow-" + i, true, due, due, due + 150_000_000, 200, false, "worker-1", "");
            asked.add(one);
            rows.put(one.id(), 1);
        }
        DrillRecord record = record(cause(), Control.NONE);
        record.volleys = FAULT - SECOND;
        record.alertsSeen.add(alert);

        assertThat(Judgement.failures(record).isEmpty()).isEqualTo(passes);
    }
}
