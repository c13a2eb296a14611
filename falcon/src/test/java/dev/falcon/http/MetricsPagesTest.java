package dev.falcon.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.falcon.telemetry.LogBooks;
import dev.falcon.telemetry.Metrics;
import dev.falcon.telemetry.Scrape;
import dev.falcon.testing.HandTicker;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class MetricsPagesTest {

    private static final String PROTOBUF =
            "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";
    private static final Duration A_PAGE = Duration.ofMillis(20);

    private final HandTicker ticker = new HandTicker();
    private final Metrics metrics = new Metrics("w", ticker);
    private final AtomicInteger rendered = new AtomicInteger();
    private final MetricsPages pages = new MetricsPages(metrics, ticker);

    private void eachPage(Runnable does) {
        metrics.books(() -> {
            rendered.incrementAndGet();
            does.run();
            return new LogBooks(0, 0, Map.of(), 0, 0, 0, 0);
        });
    }

    private void takesTime() {
        eachPage(() -> ticker.advance(A_PAGE));
    }

    private void useUpTheBurst() {
        for (int i = 0; i < 1000; i++) {
            pages.page(null);
        }
    }

    @Test
    void whoeverAsksAtAScrapersPaceGetsAPageOfTheirOwn() {
        takesTime();
        for (int i = 0; i < 200; i++) {
            assertThat(pages.page(null)).isNotSameAs(pages.page(null));
            ticker.advance(Duration.ofMillis(200));
        }
    }

    @Test
    void whoAsksOnAndOnTakesNoMoreThanAShareOfAProcessorAndGetsTheLastPageOtherwise() {
        takesTime();
        useUpTheBurst();
        int before = rendered.get();

        for (int i = 0; i < 10_000; i++) {
            pages.page(null);
            ticker.advance(Duration.ofMillis(1));
        }

        double share = (rendered.get() - before) * A_PAGE.toMillis() / 10_000.0;
        assertThat(share).isBetween(0.8 * MetricsPages.SHARE, 1.3 * MetricsPages.SHARE);
    }

    @Test
    void aPageThatTookVeryLongMakesThoseAfterItHalfASecondOldAtMost() {
        eachPage(() -> ticker.advance(rendered.get() == 1 ? Duration.ofHours(1) : A_PAGE));
        pages.page(null);
        useUpTheBurst();
        Scrape last = pages.page(null);
        assertThat(pages.page(null)).isSameAs(last);

        ticker.advance(Duration.ofMillis(501));

        assertThat(pages.page(null)).isNotSameAs(last);
    }

    @Test
    void eachFormatHasItsOwnLastPage() {
        takesTime();
        useUpTheBurst();
        Scrape protobuf = pages.page(PROTOBUF);

        assertThat(protobuf.contentType()).isNotEqualTo(pages.page(null).contentType());
        assertThat(pages.page(PROTOBUF)).isSameAs(protobuf);
    }

    /** Otherwise what happened before a page was asked for might not be in it. */
    @Test
    void whoAsksWhileAPageIsMadeGetsTheNextOneAndSharesItWithAllWhoWait() throws Exception {
        CountDownLatch inTheFirst = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        eachPage(() -> {
            inTheFirst.countDown();
            awaited(goOn);
        });
        FutureTask<Scrape> first = new FutureTask<>(() -> pages.page(null));
        Thread.ofPlatform().start(first);
        awaited(inTheFirst);
        FutureTask<Scrape> second = waiting();
        FutureTask<Scrape> third = waiting();
        goOn.countDown();

        assertThat(second.get()).isNotSameAs(first.get()).isSameAs(third.get());
    }

    @Test
    void afterAPageThatFailedTheNextOneIsMade() {
        AtomicInteger failures = new AtomicInteger(1);
        eachPage(() -> {
            if (failures.getAndDecrement() > 0) {
                throw new IllegalStateException("no books");
            }
        });

        assertThatThrownBy(() -> pages.page(null)).hasMessageContaining("no books");
        assertThat(pages.page(null).body()).isNotEmpty();
    }

    /** Somebody who has asked, and has to wait. */
    private FutureTask<Scrape> waiting() {
        FutureTask<Scrape> task = new FutureTask<>(() -> pages.page(null));
        Thread thread = Thread.ofPlatform().start(task);
        await().until(() -> thread.getState() == Thread.State.WAITING);
        return task;
    }

    private static void awaited(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
