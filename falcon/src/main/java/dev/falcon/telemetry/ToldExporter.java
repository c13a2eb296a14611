package dev.falcon.telemetry;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Collection;

/** Says now and then that spans are lost, instead of the library at every batch. Safe for use by many threads. */
final class ToldExporter implements SpanExporter {

    private final EventLog log = new EventLog(Tracing.class);
    private final SpanExporter sender;

    ToldExporter(SpanExporter sender) {
        this.sender = sender;
    }

    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
        CompletableResultCode result = sender.export(spans);
        return result.whenComplete(() -> {
            if (!result.isSuccess()) {
                log.emit(Event.SPANS_LOST, spans.size() + " spans could not be sent to OTEL_EXPORTER_OTLP_ENDPOINT",
                        Field.of("spans", spans.size()));
            }
        });
    }

    @Override
    public CompletableResultCode flush() {
        return sender.flush();
    }

    @Override
    public CompletableResultCode shutdown() {
        return sender.shutdown();
    }
}
