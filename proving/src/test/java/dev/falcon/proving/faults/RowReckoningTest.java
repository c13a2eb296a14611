package dev.falcon.proving.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RowReckoningTest {

    private static final long MILLI = 1_000_000;
    private static final RowReckoning.Kill KILL =
            new RowReckoning.Kill(1, 5_000 * MILLI, 5_010 * MILLI, 8_000 * MILLI);

    @Test
    void oneRowForEachAnswerIsRight() {
        RowReckoning rows = RowReckoning.of(List.of(answered(1, 0, 100), answered(2, 1, 200)),
                Map.of(Asked.requestId(1), 1, Asked.requestId(2), 1), KILL);

        assertThat(rows.isRight()).isTrue();
        assertThat(rows.expected()).isEqualTo(2);
        assertThat(rows.rows()).isEqualTo(2);
    }

    @Test
    void anAnswerWithoutARowIsLost() {
        RowReckoning rows = RowReckoning.of(List.of(answered(1, 0, 100), answered(2, 1, 200)),
                Map.of(Asked.requestId(1), 1), KILL);

        assertThat(rows.isRight()).isFalse();
        assertThat(rows.lost()).containsExactly(Asked.requestId(2));
    }

    @Test
    void twoRowsForOneAnswerAreWrong() {
        RowReckoning rows = RowReckoning.of(List.of(answered(1, 0, 100)), Map.of(Asked.requestId(1), 2), KILL);

        assertThat(rows.isRight()).isFalse();
        assertThat(rows.doubled()).containsExactly(Asked.requestId(1));
    }

    @Test
    void aRowForARefusalOrForNobodyIsWrong() {
        Asked refused = new Asked(7, 0, 0, 100 * MILLI, 400, false, false, "");

        RowReckoning rows = RowReckoning.of(List.of(refused), Map.of(Asked.requestId(7), 1, "stranger", 1), KILL);

        assertThat(rows.isRight()).isFalse();
        assertThat(rows.unasked()).containsExactlyInAnyOrder(Asked.requestId(7), "stranger");
    }

    @Test
    void theKilledWorkerMayLoseItsLastAnswersAndNoOthers() {
        RowReckoning within = RowReckoning.of(List.of(answered(1, 1, 4_801)), Map.of(), KILL);
        RowReckoning tooEarly = RowReckoning.of(List.of(answered(1, 1, 4_799)), Map.of(), KILL);
        RowReckoning otherWorker = RowReckoning.of(List.of(answered(1, 0, 4_900)), Map.of(), KILL);
        RowReckoning nextLife = RowReckoning.of(List.of(answered(1, 1, 8_100)), Map.of(), KILL);

        assertThat(within.lostToKill()).hasSize(1);
        assertThat(within.isRight()).isTrue();
        assertThat(List.of(tooEarly, otherWorker, nextLife)).noneMatch(RowReckoning::isRight);
    }

    @Test
    void whatTheKillLeftUnansweredMayHaveItsRow() {
        Asked atTheKill = new Asked(1, 1, 4_990 * MILLI, 5_005 * MILLI, 0, false, false, "reset");
        Asked before = new Asked(2, 1, 1_000 * MILLI, 1_005 * MILLI, 0, false, false, "reset");

        RowReckoning rows = RowReckoning.of(List.of(atTheKill, before),
                Map.of(Asked.requestId(1), 1, Asked.requestId(2), 1), KILL);

        assertThat(rows.unanswered()).containsExactly(Asked.requestId(1));
        assertThat(rows.unasked()).containsExactly(Asked.requestId(2));
    }

    private static Asked answered(long number, int worker, long endedMillis) {
        return new Asked(number, worker, (endedMillis - 5) * MILLI, endedMillis * MILLI, 200, false, false, "");
    }
}
