package dev.falcon.http;

import dev.falcon.inference.Ticker;
import dev.falcon.telemetry.Metrics;
import dev.falcon.telemetry.Scrape;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The metrics page for whoever asks. To render it costs as much as hundreds of inferences, more with thousands of open
 * files, which the JVM counts one by one: so it is done for each asker only up to a rate far above any scraper's; whoever
 * asks beyond that gets the page made last, a fraction of a second old. Safe for use by many threads.
 */
final class MetricsPages {

    static final int BURST = 50;
    private static final double NANOS_A_PAGE = 1e9 / 20;

    private final Metrics metrics;
    private final Ticker ticker;
    private final Map<String, Scrape> lastByType = new ConcurrentHashMap<>();
    private double pagesDue = BURST;
    private long sinceNanos;

    MetricsPages(Metrics metrics, Ticker ticker) {
        this.metrics = metrics;
        this.ticker = ticker;
        this.sinceNanos = ticker.nanos();
    }

    /** A page in the format that the {@code Accept} header asks for. */
    Scrape page(@Nullable String accept) {
        Scrape last = lastByType.get(metrics.contentType(accept));
        if (last != null && !mayRender()) {
            return last;
        }
        Scrape page = metrics.scrape(accept);
        lastByType.put(page.contentType(), page);
        return page;
    }

    private synchronized boolean mayRender() {
        long nowNanos = ticker.nanos();
        pagesDue = Math.min(BURST, pagesDue + (nowNanos - sinceNanos) / NANOS_A_PAGE);
        sinceNanos = nowNanos;
        if (pagesDue < 1) {
            return false;
        }
        pagesDue--;
        return true;
    }
}
