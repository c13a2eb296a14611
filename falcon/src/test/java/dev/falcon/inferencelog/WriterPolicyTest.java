package dev.falcon.inferencelog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.inferencelog.WriterPolicy.Rest;
import dev.falcon.inferencelog.WriterPolicy.Waiting;
import dev.falcon.inferencelog.WriterPolicy.Write;
import org.junit.jupiter.api.Test;

class WriterPolicyTest {

    private static final long MS = 1_000_000;

    private final WriterPolicy policy = new WriterPolicy(1000);

    private static Waiting waiting(int buffered, long oldestMillis, long writingMillis, long spooled) {
        return new Waiting(buffered, oldestMillis * MS, writingMillis * MS, spooled);
    }

    @Test
    void nothingToDoMeansARestOfATick() {
        assertThat(policy.next(waiting(0, 0, 0, 0), true, false)).isEqualTo(new Rest(25 * MS));
    }

    @Test
    void aFewRecordsWaitForOthersButNotLong() {
        assertThat(policy.next(waiting(3, 30, 0, 0), true, false)).isEqualTo(new Rest(10 * MS));
        assertThat(policy.next(waiting(3, 40, 0, 0), true, false)).isEqualTo(new Write());
    }

    @Test
    void aFullBatchIsWrittenAtOnce() {
        assertThat(policy.next(waiting(249, 1, 0, 0), true, false)).isInstanceOf(Rest.class);
        assertThat(policy.next(waiting(250, 1, 0, 0), true, false)).isEqualTo(new Write());
    }

    @Test
    void whatIsOnDiskIsWrittenAtOnce() {
        assertThat(policy.next(waiting(0, 0, 0, 1), true, false)).isEqualTo(new Write());
    }

    @Test
    void nothingIsTriedWhileTheSinkIsGivenUp() {
        assertThat(policy.next(waiting(900, 500, 0, 100), false, true)).isEqualTo(new Rest(25 * MS));
    }

    @Test
    void closingWaitsForNobody() {
        assertThat(policy.next(waiting(1, 0, 0, 0), true, true)).isEqualTo(new Write());
    }

    @Test
    void theBufferGoesToDiskByAgeOrWhenHalfFull() {
        assertThat(policy.bufferDue(waiting(1, 149, 0, 0))).isFalse();
        assertThat(policy.bufferDue(waiting(1, 150, 0, 0))).isTrue();
        assertThat(policy.bufferDue(waiting(499, 1, 0, 0))).isFalse();
        assertThat(policy.bufferDue(waiting(500, 1, 0, 0))).isTrue();
        assertThat(policy.bufferDue(waiting(0, 0, 200, 0))).isFalse();
    }

    @Test
    void theBatchOnItsWayGoesToDiskByAgeOrBeforeWhatCameBehindIt() {
        assertThat(policy.writingDue(waiting(0, 0, 149, 0))).isFalse();
        assertThat(policy.writingDue(waiting(0, 0, 150, 0))).isTrue();
        assertThat(policy.writingDue(waiting(500, 1, 20, 0))).isTrue();
        assertThat(policy.writingDue(waiting(500, 1, 0, 0))).as("it is on disk already").isFalse();
    }

    @Test
    void theKeeperLooksAgainInTime() {
        assertThat(policy.restNanos(waiting(0, 0, 0, 0))).isEqualTo(25 * MS);
        assertThat(policy.restNanos(waiting(5, 140, 0, 0))).isEqualTo(10 * MS);
        assertThat(policy.restNanos(waiting(5, 10, 149, 0))).isEqualTo(MS);
        assertThat(policy.restNanos(waiting(5, 10_000, 0, 0))).isEqualTo(MS);
    }

    @Test
    void aTinyMemoryStillWorks() {
        WriterPolicy tiny = new WriterPolicy(1);
        assertThat(tiny.batchSize()).isEqualTo(1);
        assertThat(tiny.spoolFrom()).isEqualTo(1);
    }
}
