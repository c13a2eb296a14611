package dev.falcon.telemetry;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Gauge;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** Client connections. Safe for use by many threads. */
public final class ListenerMeters {

    /** Why a connection was cut off. */
    public enum CutReason {
        SILENT,
        SLOW_HEADERS,
        SLOW_BODY,
        IDLE,
        SLOW_READER,
        /** Did nothing while others waited for a place. */
        EVICTED
    }

    private final Gauge open;
    private final Map<CutReason, CounterDataPoint> cut = new EnumMap<>(CutReason.class);

    ListenerMeters(Meters meters) {
        open = meters.gauge(Metric.CONNECTIONS);
        var counter = meters.counter(Metric.CONNECTIONS_CUT);
        for (CutReason reason : CutReason.values()) {
            cut.put(reason, counter.labelValues(reason.name().toLowerCase(Locale.ROOT)));
        }
    }

    public void opened() {
        open.inc();
    }

    public void closed() {
        open.dec();
    }

    public void cut(CutReason reason) {
        Points.of(cut, reason).inc();
    }
}
