package dev.falcon.batching;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.batching.BatchQueue.Due;
import dev.falcon.inference.Deadline;
import dev.falcon.testing.HandTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What waits, in time that is turned by hand. An item is its own cost. */
class BatchQueueTest {

    private final HandTicker ticker = new HandTicker();

    private BatchQueue<Integer, String> queue(int size, Duration delay) {
        return new BatchQueue<>(new BatchBounds(size, 1000, 1.2, delay), 10);
    }

    private Work<Integer, String> work(Duration due, Integer... items) {
        return new Work<>(List.of(items), item -> item, Deadline.after(due, ticker), () -> false);
    }

    private Work<Integer, String> work(Integer... items) {
        return work(Duration.ofSeconds(10), items);
    }

    private static List<Integer> cut(BatchQueue<Integer, String> queue) {
        return queue.cut(1).map(batch -> batch.stream().map(BatchQueue.Entry::item).toList()).orElse(List.of());
    }

    @Test
    void whatWaitsIsDueAtOnceAndCutInTheOrderItCame() {
        BatchQueue<Integer, String> queue = queue(2, Duration.ZERO);
        assertThat(queue.due(ticker.nanos())).isInstanceOf(Due.Never.class);
        queue.offer(work(5, 5, 6), ticker.nanos());

        assertThat(queue.due(ticker.nanos())).isInstanceOf(Due.Now.class);
        assertThat(cut(queue)).containsExactly(5, 5);
        assertThat(cut(queue)).containsExactly(6);
        assertThat(cut(queue)).isEmpty();
    }

    @Test
    void aDelayIsWaitedForUnlessTheBatchIsFull() {
        BatchQueue<Integer, String> queue = queue(3, Duration.ofMillis(5));
        queue.offer(work(5), ticker.nanos());
        long arrived = ticker.nanos();

        assertThat(queue.due(ticker.nanos())).isEqualTo(new Due.Later(arrived + Duration.ofMillis(5).toNanos()));
        queue.offer(work(5, 5), ticker.nanos());
        assertThat(queue.due(ticker.nanos())).isInstanceOf(Due.Now.class);
        assertThat(cut(queue)).hasSize(3);
        queue.offer(work(7), ticker.nanos());
        ticker.advance(Duration.ofMillis(5));
        assertThat(queue.due(ticker.nanos())).isInstanceOf(Due.Now.class);
    }

    @Test
    void aWorkIsTakenWholeOrNotAtAll() {
        BatchQueue<Integer, String> queue = queue(32, Duration.ZERO);
        assertThat(queue.offer(work(1, 1, 1, 1, 1, 1), ticker.nanos())).isTrue();

        assertThat(queue.offer(work(1, 1, 1, 1, 1), ticker.nanos())).isFalse();
        assertThat(queue.size()).isEqualTo(6);
        assertThat(queue.offer(work(1, 1, 1, 1), ticker.nanos())).isTrue();
    }

    @Test
    void aWorkThatIsLargerThanTheRoomIsTakenWhereNothingWaits() {
        BatchQueue<Integer, String> queue = queue(32, Duration.ZERO);
        Integer[] many = new Integer[25];
        java.util.Arrays.fill(many, 1);

        assertThat(queue.offer(work(many), ticker.nanos())).isTrue();
        assertThat(queue.offer(work(1), ticker.nanos())).isFalse();
    }

    @Test
    void whatIsPastItsDeadlineOrGivenUpIsDroppedBeforeABatchIsCut() {
        BatchQueue<Integer, String> queue = queue(32, Duration.ZERO);
        queue.offer(work(Duration.ofMillis(10), 1, 1), ticker.nanos());
        Work<Integer, String> left = work(2);
        queue.offer(left, ticker.nanos());
        queue.offer(work(2, 2), ticker.nanos());
        left.abandon();
        ticker.advance(Duration.ofMillis(10));

        assertThat(cut(queue)).containsExactly(2, 2);
        assertThat(queue.size()).isZero();
    }

    @Test
    void theRestOfAWorkOfWhichOneItemFailedIsDropped() {
        BatchQueue<Integer, String> queue = queue(1, Duration.ZERO);
        queue.offer(work(1, 1, 1), ticker.nanos());
        queue.cut(1).orElseThrow().getFirst().work().failed(new IllegalStateException("bad"));

        assertThat(cut(queue)).isEmpty();
        assertThat(queue.size()).isZero();
    }

    @Test
    void roomThatTheDeadHoldIsGivenToTheLiving() {
        BatchQueue<Integer, String> queue = queue(32, Duration.ZERO);
        queue.offer(work(Duration.ofMillis(10), 1, 1, 1, 1, 1, 1, 1, 1), ticker.nanos());
        ticker.advance(Duration.ofMillis(10));

        assertThat(queue.offer(work(2, 2, 2), ticker.nanos())).isTrue();
    }

    private static Integer[] many(int count, int cost) {
        Integer[] items = new Integer[count];
        java.util.Arrays.fill(items, cost);
        return items;
    }

    @Test
    void aTextByItselfWaitsForOneTurnOfALargeWorkAndNotForAllOfIt() {
        BatchQueue<Integer, String> queue =
                new BatchQueue<>(new BatchBounds(1, 1000, 1, Duration.ZERO), 1000);
        queue.offer(work(many(64, 5)), ticker.nanos());
        assertThat(cut(queue)).containsExactly(5);
        queue.offer(work(7), ticker.nanos());
        queue.offer(work(8, 8), ticker.nanos());

        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            order.addAll(cut(queue));
        }
        assertThat(order).containsExactly(5, 5, 5, 5, 5, 5, 5, 7, 8, 8, 5, 5);
        assertThat(queue.size()).isEqualTo(54);
    }

    @Test
    void aLargeWorkGetsItsTurnsHoweverManySmallOnesCome() {
        BatchQueue<Integer, String> queue =
                new BatchQueue<>(new BatchBounds(1, 1000, 1, Duration.ZERO), 1000);
        queue.offer(work(many(64, 5)), ticker.nanos());
        for (int i = 0; i < 10; i++) {
            queue.offer(work(7), ticker.nanos());
        }
        int ofLarge = 0;
        int cuts = 0;
        for (; ofLarge < 64; cuts++) {
            if (cut(queue).contains(5)) {
                ofLarge++;
            } else {
                queue.offer(work(7), ticker.nanos());
            }
        }
        assertThat(cuts).as("each of its eight turns waits for the ten others at most")
                .isLessThanOrEqualTo(64 + 7 * 10);
    }

    @Test
    void worksOfNoMoreThanATurnAreServedInTheOrderTheyCame() {
        BatchQueue<Integer, String> queue =
                new BatchQueue<>(new BatchBounds(1, 1000, 1, Duration.ZERO), 1000);
        queue.offer(work(many(BatchQueue.TURN, 1)), ticker.nanos());
        queue.offer(work(2), ticker.nanos());
        queue.offer(work(many(BatchQueue.TURN, 3)), ticker.nanos());

        List<Integer> order = new ArrayList<>();
        while (queue.size() > 0) {
            order.addAll(cut(queue));
        }
        assertThat(order).isSorted();
    }

    @Test
    void aBatchThatALargeWorkLeadsTakesOthersAlongAndIsItsTurn() {
        BatchQueue<Integer, String> queue = new BatchQueue<>(new BatchBounds(16, 1000, 1.2, Duration.ZERO), 1000);
        queue.offer(work(many(24, 5)), ticker.nanos());
        queue.offer(work(50), ticker.nanos());
        queue.offer(work(5), ticker.nanos());

        assertThat(cut(queue)).hasSize(16).containsOnly(5);
        assertThat(cut(queue)).as("no other is of its length").containsExactly(50);
        assertThat(cut(queue)).as("led by the single one").hasSize(9).containsOnly(5);
        assertThat(cut(queue)).isEmpty();
    }

    @Test
    void nobodyIsPassedOverByMoreBatchesThanWaitedBeforeThem() {
        Random random = new Random(7);
        BatchQueue<Integer, String> queue = new BatchQueue<>(new BatchBounds(8, 1000, 1.2, Duration.ZERO), 10_000);
        List<Integer> costs = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            costs.add(i == 100 ? 500 : 10 + random.nextInt(5));
            queue.offer(work(costs.get(i)), ticker.nanos());
        }
        int batches = 0;
        while (!cut(queue).contains(500)) {
            batches++;
            queue.offer(work(10 + random.nextInt(5)), ticker.nanos());
        }

        assertThat(batches).isLessThanOrEqualTo(100);
    }
}
