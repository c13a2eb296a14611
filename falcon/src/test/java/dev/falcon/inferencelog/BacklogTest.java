package dev.falcon.inferencelog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.inferencelog.Books.Place;
import dev.falcon.telemetry.FallbackMeters;
import dev.falcon.telemetry.LogBooks.DropReason;
import dev.falcon.telemetry.Metrics;
import dev.falcon.testing.HandTicker;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Moves between memory, spool and sink, one at a time and by hand; the books are balanced after each. */
class BacklogTest {

    private static final int CAPACITY = 40;

    @TempDir Path folder;

    private final HandTicker ticker = new HandTicker();
    private final Books books = new Books();
    private final FallbackMeters fallbacks = new Metrics("worker-1", ticker).fallbacks();
    private final RecordStamps stamps = new RecordStamps(Clock.systemUTC());
    private final RecordBuffer buffer = new RecordBuffer(CAPACITY, ticker, books);
    private Spool spool;
    private Backlog backlog;
    private int made;

    @BeforeEach
    void open() throws SpoolUnavailable {
        spool = Spool.open(folder, "worker-1", 8);
        backlog = backlog(spool);
    }

    private Backlog backlog(@Nullable Spool to) {
        return new Backlog(new Backlog.Places(buffer, to, books, fallbacks), new RowMaker(false),
                new WriterPolicy(CAPACITY),
                ticker);
    }

    @AfterEach
    void booksBalance() {
        Books.Snapshot end = books.snapshot();
        assertThat(end.enqueued()).isEqualTo(end.written() + end.droppedInAll() + end.pending());
        assertThat(end.waiting().values()).allMatch(count -> count >= 0);
        assertThat(end.at(Place.SPOOLED)).isEqualTo(spool.size());
        spool.close();
    }

    private void offer(int count) {
        buffer.offer(IntStream.range(0, count).mapToObj(i -> Records.answered(stamps.next(), made++)).toList());
    }

    private Batch take() {
        return Objects.requireNonNull(backlog.take());
    }

    private static List<String> requests(List<LogRow> rows) {
        return rows.stream().map(row -> String.valueOf(row.value(Column.REQUEST_ID))).toList();
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(n -> "r-" + n).toList();
    }

    private void later() {
        ticker.advance(Duration.ofMillis(150));
    }

    @Test
    void aYoungRecordStaysInMemory() {
        offer(3);
        ticker.advance(Duration.ofMillis(149));
        backlog.secure(false);
        assertThat(spool.size()).isZero();
    }

    @Test
    void whatIsNotCommittedAfter150MillisIsOnDisk() {
        offer(3);
        later();
        backlog.secure(false);

        assertThat(requests(take().rows())).isEqualTo(numbers(0, 3));
        assertThat(books.snapshot().at(Place.SPOOLED)).isEqualTo(3);
    }

    @Test
    void theBatchThatHangsIsPutOnDiskBeforeWhatCameBehindIt() throws Exception {
        offer(5);
        Batch hanging = take();
        offer(5);
        later();
        backlog.secure(false);

        assertThat(requests(spool.head(20).rows())).isEqualTo(numbers(0, 10));
        backlog.written(hanging, new Delivery.Delivered(0, 0));
        assertThat(requests(spool.head(20).rows())).isEqualTo(numbers(5, 10));
        assertThat(books.snapshot().written()).isEqualTo(5);
    }

    @Test
    void theBatchThatHungAndFailedIsFirstInLineOnDisk() {
        offer(5);
        Batch hanging = take();
        offer(2);
        later();
        backlog.secure(false);
        backlog.failed(hanging);

        assertThat(requests(take().rows())).isEqualTo(numbers(0, 7));
    }

    @Test
    void aBatchThatFailedQuicklyIsFirstInLineInMemory() {
        offer(5);
        Batch failing = take();
        offer(2);
        backlog.failed(failing);

        assertThat(requests(take().rows())).isEqualTo(numbers(0, 7));
        assertThat(spool.size()).isZero();
    }

    @Test
    void newRecordsGoBehindThoseOnDisk() {
        offer(5);
        later();
        backlog.secure(false);
        offer(5);

        Batch first = take();
        assertThat(requests(first.rows())).isEqualTo(numbers(0, 5));
        backlog.written(first, new Delivery.Delivered(0, 0));
        assertThat(requests(take().rows())).isEqualTo(numbers(5, 10));
    }

    @Test
    void aHalfFullMemoryGoesToDiskAtOnce() {
        offer(CAPACITY / 2);
        backlog.secure(false);
        assertThat(spool.size()).isEqualTo(CAPACITY / 2);
        offer(CAPACITY);
        assertThat(books.snapshot().droppedInAll()).isZero();
    }

    @Test
    void aFullMemoryDropsTheNewestAndCountsThem() {
        offer(CAPACITY + 7);
        assertThat(books.snapshot().dropped()).containsEntry(DropReason.BUFFER_FULL, 7L);
        assertThat(books.snapshot().enqueued()).isEqualTo(CAPACITY + 7);
    }

    @Test
    void whatIsOnItsWayKeepsItsRoom() {
        offer(CAPACITY);
        Batch onItsWay = take();
        offer(1);
        assertThat(books.snapshot().dropped()).containsEntry(DropReason.BUFFER_FULL, 1L);
        backlog.failed(onItsWay);
        assertThat(buffer.size()).isEqualTo(CAPACITY);
    }

    @Test
    void refusedRecordsAreDroppedAndCounted() {
        offer(5);
        backlog.written(take(), new Delivery.Delivered(2, 0));
        assertThat(books.snapshot().written()).isEqualTo(3);
        assertThat(books.snapshot().dropped()).containsEntry(DropReason.REFUSED, 2L);
    }

    @Test
    void aRecordThatCannotBeMadeARowDoesNotTakeTheOthersWithIt() {
        offer(2);
        buffer.offer(List.of(Records.unfit(stamps.next(), 99)));
        offer(1);
        later();
        backlog.secure(false);
        assertThat(requests(take().rows())).containsExactly("r-0", "r-1", "r-2");
        assertThat(books.snapshot().dropped()).containsEntry(DropReason.REFUSED, 1L);
    }

    @Test
    void withoutASpoolMemoryIsAllThereIs() {
        Backlog memoryOnly = backlog(null);
        offer(CAPACITY);
        later();
        memoryOnly.secure(false);
        memoryOnly.secure(true);
        assertThat(buffer.size()).isEqualTo(CAPACITY);
        memoryOnly.end();
        assertThat(books.snapshot().dropped()).containsEntry(DropReason.SHUTDOWN, (long) CAPACITY);
    }

    @Test
    void recordsFoundAtTheStartCountAsEnqueued() {
        offer(5);
        later();
        backlog.secure(false);
        Books later = new Books();
        RecordBuffer empty = new RecordBuffer(CAPACITY, ticker, later);
        Backlog next = new Backlog(new Backlog.Places(empty, spool, later, fallbacks), new RowMaker(false),
                new WriterPolicy(CAPACITY), ticker);

        assertThat(later.snapshot().enqueued()).isEqualTo(5);
        assertThat(later.snapshot().pending()).isEqualTo(5);
        assertThat(requests(Objects.requireNonNull(next.take()).rows())).isEqualTo(numbers(0, 5));
    }

    @Test
    void atTheEndAllIsOnDiskAndLateNewsChangesNothing() {
        offer(5);
        Batch hanging = take();
        offer(5);
        backlog.secure(true);
        backlog.end();

        backlog.written(hanging, new Delivery.Delivered(0, 0));
        backlog.failed(hanging);
        assertThat(backlog.take()).isNull();
        assertThat(books.snapshot().at(Place.SPOOLED)).isEqualTo(10);
    }

    @Test
    void theOldestRecordsAgeIsKnownWhereverItIs() {
        offer(1);
        ticker.advance(Duration.ofMillis(40));
        assertThat(backlog.oldestPendingSeconds(Clock.systemUTC().instant())).isEqualTo(0.04);
        Batch onItsWay = take();
        ticker.advance(Duration.ofMillis(40));
        assertThat(backlog.oldestPendingSeconds(Clock.systemUTC().instant())).isEqualTo(0.08);
        backlog.secure(true);
        assertThat(backlog.oldestPendingSeconds(Clock.systemUTC().instant().plusSeconds(60))).isBetween(59.0, 80.0);
        backlog.written(onItsWay, new Delivery.Delivered(0, 0));
        assertThat(backlog.oldestPendingSeconds(Clock.systemUTC().instant())).isZero();
    }
}
