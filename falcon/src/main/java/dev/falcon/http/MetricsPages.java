package dev.falcon.http;

import dev.falcon.inference.Ticker;
import dev.falcon.telemetry.Metrics;
import dev.falcon.telemetry.Scrape;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The metrics page for whoever asks. To render it costs as much as hundreds of inferences, more with thousands of open
 * files, which the JVM counts one by one. So a page is made for all who wait for one of its format, one after the other, and
 * not for more than a share of a processor's time; whoever asks beyond that gets the page made last, a fraction of a second
 * old. Safe for use by many threads. Invariant: within that share, a page is begun after it was asked for.
 *
 * <p>One of those who wait makes it, on its own virtual thread: whom a platform thread wakes stands behind all others under
 * full load, for seconds.
 */
final class MetricsPages {

    static final double SHARE = 0.2;
    /** Time that may be had at once: the first pages of a JVM are the dearest. */
    static final Duration BURST = Duration.ofSeconds(1);
    /** A page that took longer had to wait itself, for a processor; it makes no later one half a second older. */
    static final Duration MOST_COUNTED = Duration.ofMillis(100);

    private final Metrics metrics;
    private final Ticker ticker;
    private final Lock rendering = new ReentrantLock();
    private final Map<String, Scrape> lastByType = new HashMap<>();
    private final Map<String, CompletableFuture<Scrape>> comingByType = new HashMap<>();
    private double nanosDue = BURST.toNanos();
    private long sinceNanos;

    MetricsPages(Metrics metrics, Ticker ticker) {
        this.metrics = metrics;
        this.ticker = ticker;
        this.sinceNanos = ticker.nanos();
    }

    /** A page in the format that the {@code Accept} header asks for. */
    Scrape page(@Nullable String accept) {
        String type = metrics.contentType(accept);
        CompletableFuture<Scrape> mine = new CompletableFuture<>();
        CompletableFuture<Scrape> coming;
        synchronized (this) {
            coming = comingByType.get(type);
            if (coming == null) {
                Scrape last = lastByType.get(type);
                if (last != null && !hasTime()) {
                    return last;
                }
                comingByType.put(type, mine);
            }
        }
        return coming == null ? render(accept, type, mine) : coming.join();
    }

    private Scrape render(@Nullable String accept, String type, CompletableFuture<Scrape> asked) {
        rendering.lock();
        try {
            return rendered(accept, type, asked);
        } finally {
            rendering.unlock();
        }
    }

    private Scrape rendered(@Nullable String accept, String type, CompletableFuture<Scrape> asked) {
        long startNanos = begin(type);
        try {
            Scrape page = metrics.scrape(accept);
            end(type, page, startNanos);
            asked.complete(page);
            return page;
        } catch (RuntimeException | Error e) {
            end(type, null, startNanos);
            asked.completeExceptionally(e);
            throw e;
        }
    }

    /** Who asks from now on wants a later page. */
    private synchronized long begin(String type) {
        comingByType.remove(type);
        return ticker.nanos();
    }

    private synchronized void end(String type, @Nullable Scrape page, long startNanos) {
        nanosDue -= Math.min(ticker.nanos() - startNanos, MOST_COUNTED.toNanos());
        if (page != null) {
            lastByType.put(type, page);
        }
    }

    private boolean hasTime() {
        long nowNanos = ticker.nanos();
        nanosDue = Math.min((double) BURST.toNanos(), nanosDue + SHARE * (nowNanos - sinceNanos));
        sinceNanos = nowNanos;
        return nanosDue > 0;
    }
}
