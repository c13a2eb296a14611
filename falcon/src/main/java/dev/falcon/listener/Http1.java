package dev.falcon.listener;

import dev.falcon.config.Settings;
import dev.falcon.inference.Ticker;
import dev.falcon.telemetry.Event;
import dev.falcon.telemetry.EventLog;
import io.helidon.common.concurrency.limits.FixedLimit;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.context.Context;
import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderValues;
import io.helidon.http.Headers;
import io.helidon.http.HttpLogConfig;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.http.encoding.ContentEncodingContext;
import io.helidon.http.media.MediaContext;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ErrorHandling;
import io.helidon.webserver.ListenerConfig;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.Router;
import io.helidon.webserver.Routing;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.HttpSecurity;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Helidon's HTTP/1.1, set up once for all connections with every limit said. Helidon parses and frames requests; routing is
 * ours, one call into the front, and so is every answer and refusal. Safe for use by many threads.
 */
final class Http1 implements ListenerContext, AutoCloseable {

    static final int MAX_REQUEST_LINE_BYTES = 4096;
    static final int MAX_HEADER_BYTES = 16 * 1024;

    /** Helidon knows no phrase for the one, and for the other that of an older standard than RFC 9110. */
    private static final Status HEADERS_TOO_LARGE = Status.create(431, "Request Header Fields Too Large");
    private static final Status CONTENT_TOO_LARGE = Status.create(413, "Content Too Large");

    private final EventLog log = new EventLog(Http1.class);
    private final Front front;
    private final Ticker ticker;
    private final int maxBodyBytes;
    private final Http1ConnectionSelector selector;
    private final ListenerConfig config;
    private final BodyBudget bodies;
    private final Context context = Context.builder().id("listener").build();
    private final MediaContext media = MediaContext.create();
    private final ContentEncodingContext encodings = new AnyEncoding();
    private final DirectHandlers refusals;
    private final Router router = new OneRouting(new FrontRouting());
    private final Limit limit = FixedLimit.create();
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private volatile boolean draining;

    Http1(Settings.Http settings, Front front, Ticker ticker) {
        this.front = front;
        this.ticker = ticker;
        this.maxBodyBytes = settings.maxBodyBytes();
        this.bodies = BodyBudget.of(maxBodyBytes, Runtime.getRuntime().maxMemory());
        this.selector = Http1ConnectionSelector.builder()
                .config(Http1Config.builder()
                        .maxPrologueLength(MAX_REQUEST_LINE_BYTES)
                        .maxHeadersSize(MAX_HEADER_BYTES)
                        .validateRequestHeaders(true)
                        // Reply checks what it is given.
                        .validateResponseHeaders(false)
                        .validatePath(true)
                        .validatePrologue(true)
                        .continueImmediately(false)
                        .sendKeepAliveHeader(false)
                        .log(HttpLogConfig.builder().receiveLog(false).sendLog(false).build())
                        .build())
                .build();
        this.config = ListenerConfig.builder()
                .protocolsDiscoverServices(false)
                .maxPayloadSize(maxBodyBytes)
                .maxInMemoryEntity(maxBodyBytes)
                // Without it the refusals are not told what was wrong; they pass none of it on.
                .errorHandling(ErrorHandling.builder().includeEntity(true).logAllMessages(false).build())
                .build();
        DirectHandlers.Builder handlers = DirectHandlers.builder();
        for (DirectHandler.EventType type : DirectHandler.EventType.values()) {
            handlers.addHandler(type, this::refuse);
        }
        this.refusals = handlers.build();
    }

    void serve(Connection connection) throws InterruptedException {
        selector.connection(connection).handle(limit);
    }

    /** From now on every answer is its connection's last. */
    void drain() {
        draining = true;
    }

    boolean draining() {
        return draining;
    }

    Ticker ticker() {
        return ticker;
    }

    int maxBodyBytes() {
        return maxBodyBytes;
    }

    /**
     * More than any request within the limits can take, chunked into single bytes included: Helidon's parser bounds
     * neither the line that tells a chunk's length nor what stands behind the last chunk.
     */
    long maxRequestBytes() {
        return MAX_REQUEST_LINE_BYTES + MAX_HEADER_BYTES + 8L * maxBodyBytes;
    }

    Router router() {
        return router;
    }

    private DirectHandler.TransportResponse refuse(DirectHandler.TransportRequest request,
            DirectHandler.EventType type, Status status, ServerResponseHeaders ignored, @Nullable String message) {
        Reply reply = front.rejection()
                .apply(new Rejection(request.method(), request.path(), field -> values(request.headers(), field),
                        Refusals.of(status, message, maxBodyBytes)));
        DirectHandler.TransportResponse.Builder response = DirectHandler.TransportResponse.builder()
                .status(status(reply.status()))
                .entity(reply.length() == reply.body().length ? reply.body()
                        : Arrays.copyOf(reply.body(), reply.length()))
                .keepAlive(false);
        reply.fields().forEach(field -> response.header(HeaderValues.create(field.name().name(), field.text())));
        return response.build();
    }

    /** The status with its phrase, as it stands in the status line. */
    static Status status(int code) {
        return switch (code) {
            case 413 -> CONTENT_TOO_LARGE;
            case 431 -> HEADERS_TOO_LARGE;
            default -> Status.create(code);
        };
    }

    static List<String> values(Headers headers, HeaderField field) {
        return headers.contains(field.name()) ? headers.get(field.name()).allValues() : List.of();
    }

    /** The routing of every request: one call into the front. */
    private final class FrontRouting implements HttpRouting {

        private final HttpSecurity security = HttpSecurity.create();

        @Override
        public void route(ConnectionContext context, RoutingRequest request, RoutingResponse response) {
            Connection connection = (Connection) context;
            if (!answered(connection, request)) {
                throw new CloseConnectionException("The last answer is given");
            }
            connection.awaitNext();
        }

        /** Whether the connection goes on. What comes up through here is ours; Helidon would blame the request. */
        private boolean answered(Connection connection, RoutingRequest request) {
            try (BodyRoom room = bodies.room()) {
                Exchange exchange = new Exchange(connection, request, room);
                front.exchange().accept(exchange);
                return exchange.goesOn();
            } catch (RuntimeException | Error e) {
                log.emit(Event.DEFECT, "A request was left without an answer", e);
                return false;
            }
        }

        @Override
        public HttpSecurity security() {
            return security;
        }
    }

    /** A router that knows one routing. */
    private record OneRouting(HttpRouting routing) implements Router {

        @Override
        public <T extends Routing> T routing(Class<T> type, T otherwise) {
            return type.isInstance(routing) ? type.cast(routing) : otherwise;
        }

        @Override
        public List<? extends Routing> routings() {
            return List.of(routing);
        }

        @Override
        public void beforeStart() {}

        @Override
        public void afterStop() {}
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }

    @Override
    public Context context() {
        return context;
    }

    @Override
    public MediaContext mediaContext() {
        return media;
    }

    @Override
    public ContentEncodingContext contentEncodingContext() {
        return encodings;
    }

    @Override
    public DirectHandlers directHandlers() {
        return refusals;
    }

    @Override
    public ListenerConfig config() {
        return config;
    }

    @Override
    public ExecutorService executor() {
        return executor;
    }
}
