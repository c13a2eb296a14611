package dev.falcon.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.telemetry.Metrics;
import dev.falcon.telemetry.Scrape;
import dev.falcon.testing.HandTicker;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class MetricsPagesTest {

    private static final String PROTOBUF =
            "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";

    private final HandTicker ticker = new HandTicker();
    private final MetricsPages pages = new MetricsPages(new Metrics("w", ticker), ticker);

    @Test
    void whoeverAsksAtAScrapersPaceGetsAPageOfTheirOwn() {
        for (int i = 0; i < 10 * MetricsPages.BURST; i++) {
            assertThat(pages.page(null)).isNotSameAs(pages.page(null));
            ticker.advance(Duration.ofMillis(100));
        }
    }

    @Test
    void whoAsksOnAndOnGetsTheLastPageUntilANewOneIsDue() {
        for (int i = 0; i < 2 * MetricsPages.BURST; i++) {
            pages.page(null);
        }
        Scrape last = pages.page(null);
        assertThat(pages.page(null)).isSameAs(last);

        ticker.advance(Duration.ofMillis(51));

        assertThat(pages.page(null)).isNotSameAs(last);
    }

    @Test
    void eachFormatHasItsOwnLastPage() {
        for (int i = 0; i < 2 * MetricsPages.BURST; i++) {
            pages.page(null);
        }

        assertThat(pages.page(PROTOBUF).contentType()).isNotEqualTo(pages.page(null).contentType());
        assertThat(pages.page(PROTOBUF)).isSameAs(pages.page(PROTOBUF));
    }
}
