package dev.falcon.proving.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.telemetry.Dependency;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** A run made by hand: one quiet stretch, one with Redis away and one with PostgreSQL away, of ten seconds each. */
class JudgementTest {

    private static final long SECOND = 1_000_000_000;
    private static final long TENTH = SECOND / 10;
    private static final RowReckoning.Kill KILL =
            new RowReckoning.Kill(1, 28 * SECOND, 28 * SECOND + 1, 29 * SECOND);

    private final List<Span> spans = new ArrayList<>();
    private final List<Asked> asked = new ArrayList<>();
    private final List<Sample> samples = new ArrayList<>();
    private final List<String> scrapeFailures = new ArrayList<>();
    private final Map<String, Integer> rows = new HashMap<>();
    private long pendingAtEnd;

    JudgementTest() {
        spans.add(new Span("quiet", Span.Kind.QUIET, null, 0, 7 * SECOND, 7 * SECOND, "", ""));
        spans.add(new Span("the clock jumps", Span.Kind.DATE, null, 7 * SECOND, 10 * SECOND, 10 * SECOND, "", ""));
        spans.add(broken("Redis away", Dependency.REDIS, 10));
        spans.add(broken("PostgreSQL away", Dependency.POSTGRES, 20));
        for (long number = 801; number < 3_801; number++) {
            ask(number, (number - 801) * 30 * SECOND / 3_000, 2);
        }
        for (long at = 0; at < 30 * SECOND; at += TENTH) {
            for (int worker = 0; worker < 2; worker++) {
                long second = at / SECOND;
                samples.add(new Sample(worker, at, second >= 12 && second < 18 ? 1 : 0,
                        second >= 22 && second < 28 ? 1 : 0, 3, 0, ""));
            }
        }
    }

    @Test
    void aRunAsPromisedIsProven() {
        assertThat(failures()).isEmpty();
    }

    @Test
    void aLostRowDisproves() {
        rows.remove(Asked.requestId(1_000));

        assertThat(failures()).singleElement().asString().contains("1 lost");
    }

    @Test
    void aFaultThatWasNotThereDisproves() {
        Span real = spans.get(2);
        spans.set(2, new Span(real.name(), real.kind(), real.dependency(), real.fromNanos(), real.toNanos(),
                real.soundNanos(), "+OK", "the probe saw +OK"));

        assertThat(failures()).hasSize(2).first().asString().contains("Redis away was no proof");
    }

    @Test
    void aRequestWithoutAnAnswerDisprovesUnlessTheKillExplainsIt() {
        asked.add(new Asked(5_001, 1, 28 * SECOND - TENTH, 28 * SECOND, 0, false, false, "reset"));
        assertThat(failures()).isEmpty();

        asked.add(new Asked(5_002, 0, 28 * SECOND - TENTH, 28 * SECOND, 0, false, false, "reset"));
        assertThat(failures()).singleElement().asString().contains("1 otherwise without an answer");
    }

    @Test
    void anAnswerWithAnotherStatusDisproves() {
        asked.add(new Asked(5_001, 1, SECOND, SECOND, 503, false, false, ""));

        assertThat(failures()).singleElement().asString().contains("1 answers had another status");
    }

    @Test
    void booksThatDoNotBalanceARecordDroppedOrOneLeftBehindDisprove() {
        samples.add(new Sample(0, 5 * SECOND + 1, 0, 0, 3, 1, "7 enqueued, but 6 written"));
        pendingAtEnd = 1;

        assertThat(failures()).hasSize(3)
                .anyMatch(each -> each.contains("7 enqueued"))
                .anyMatch(each -> each.contains("1 records dropped"))
                .anyMatch(each -> each.contains("1 records pending"));
    }

    @Test
    void aBreakerThatStayedClosedOrOpenedForTheOtherDependencyDisproves() {
        samples.replaceAll(each -> each.worker() == 1 && each.redis() == 1
                ? new Sample(1, each.nanos(), 0, 1, 3, 0, "")
                : each);

        assertThat(failures()).anyMatch(each -> each.contains("redis breaker of worker-2 should have opened"))
                .anyMatch(each -> each.contains("postgres breaker of worker-2 should have stayed closed"));
    }

    @Test
    void aWaitAfterTheBreakerHasOpenedDisproves() {
        for (long number = 6_001; number < 6_100; number++) {
            ask(number, 13 * SECOND + number, 300);
        }

        assertThat(failures()).singleElement().asString().contains("nothing once the breaker is open");
    }

    @Test
    void aWaitForTheDatabaseDisproves() {
        for (long number = 6_001; number < 6_100; number++) {
            ask(number, 21 * SECOND + number, 300);
        }

        assertThat(failures()).singleElement().asString().contains("PostgreSQL away, nothing");
    }

    @Test
    void keysForgottenWhenTheClockJumpsDisprove() {
        asked.replaceAll(each -> new Asked(each.number(), each.worker(), each.dueNanos(), each.endedNanos(),
                each.status(), each.replayed() && each.dueNanos() < 7 * SECOND, false, ""));

        assertThat(failures()).singleElement().asString().contains("while the clocks jumped");
    }

    @Test
    void aMachineTooBusyToTellDisproves() {
        asked.replaceAll(each -> new Asked(each.number(), each.worker(), each.dueNanos(),
                each.dueNanos() + 210_000_000, each.status(), each.replayed(), false, ""));

        assertThat(failures()).singleElement().asString().contains("too busy to tell");
    }

    private static Span broken(String name, Dependency dependency, long fromSecond) {
        return new Span(name, Span.Kind.OPENS, dependency, fromSecond * SECOND, (fromSecond + 6) * SECOND,
                (fromSecond + 10) * SECOND, "no answer", "");
    }

    private void ask(long number, long dueNanos, long latencyMillis) {
        Kind kind = Kind.of(number);
        asked.add(new Asked(number, (int) (number % 2), dueNanos, dueNanos + latencyMillis * 1_000_000, kind.status(),
                kind == Kind.KEYED_AGAIN, false, ""));
        if (kind.status() == 200) {
            rows.put(Asked.requestId(number), 1);
        }
    }

    private List<String> failures() {
        RunRecord run = new RunRecord(2, spans, asked, samples, scrapeFailures, KILL,
                RowReckoning.of(asked, rows, KILL), 100, 100, pendingAtEnd);
        List<Judgement.Finding> findings = Judgement.of(run);
        boolean proven = Report.of(run, Map.of(), findings).endsWith("\nPROVEN\n");
        List<String> failures = findings.stream()
                .filter(each -> !each.holds())
                .map(Judgement.Finding::sentence)
                .collect(Collectors.toList());
        assertThat(proven).isEqualTo(failures.isEmpty());
        return failures;
    }
}
