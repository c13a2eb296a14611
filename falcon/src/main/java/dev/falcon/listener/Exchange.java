package dev.falcon.listener;

import dev.falcon.inference.ErrorCode;
import dev.falcon.inference.InferenceOutcome.Failure;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Method;
import io.helidon.http.RequestException;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.RoutingRequest;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer. Used by the connection's own thread only. Invariant: a connection lives on after an answer
 * only if the request was read to its end, so no byte of a refused body is ever taken for the next request.
 */
public final class Exchange {

    private final Connection connection;
    private final RoutingRequest request;
    private final ServerRequestHeaders headers;
    private final BodyRoom room;
    private boolean whole;
    private long wholeNanos;
    private boolean answered;
    private boolean last;

    Exchange(Connection connection, RoutingRequest request, BodyRoom room) {
        this.connection = connection;
        this.request = request;
        this.room = room;
        this.headers = request.headers();
        if (request.content().hasEntity()) {
            connection.awaitBody();
        } else {
            arrivedWhole();
        }
    }

    private void arrivedWhole() {
        whole = true;
        wholeNanos = connection.requestWhole();
    }

    public String method() {
        return request.prologue().method().text();
    }

    /** The path, percent-decoded, without the query. */
    public String path() {
        return request.prologue().uriPath().path();
    }

    /** The field's one value; the first if it was sent several times; null if it was not sent. */
    public @Nullable String header(HeaderField field) {
        return headers.contains(field.name()) ? headers.get(field.name()).get() : null;
    }

    /** Every value of the field, in the order sent. */
    public List<String> headers(HeaderField field) {
        return Http1.values(headers, field);
    }

    /** The address at the other end of the connection; null if the connection is not over the network. */
    public @Nullable InetAddress peer() {
        return connection.remotePeer().address() instanceof InetSocketAddress inet ? inet.getAddress() : null;
    }

    /** When the request was whole, by the listener's ticker; of a request that is not whole yet, now. */
    public long arrivedNanos() {
        return whole ? wholeNanos : connection.nanos();
    }

    /** Whether the client has closed its side: nobody reads the answer. Does not wait; costs one system call. */
    public boolean clientGone() {
        return connection.clientGone();
    }

    /** Reads the body, waiting for it within the client's bounds. To be called once. */
    public RequestBody body() {
        if (whole) {
            return new RequestBody.Whole(new byte[0]);
        }
        int limit = connection.maxBodyBytes();
        try {
            long declared = headers.contentLength().orElse(-1);
            if (declared > limit) {
                return tooLarge(limit);
            }
            InputStream in = request.content().inputStream();
            byte[] bytes = room.read(in, declared < 0 ? limit + 1 : (int) declared);
            if (bytes == null) {
                return new RequestBody.Unreadable(Refusals.noRoom());
            }
            if (bytes.length > limit) {
                return tooLarge(limit);
            }
            if (in.read() >= 0) {
                throw new IllegalStateException("a body longer than declared");
            }
            arrivedWhole();
            return new RequestBody.Whole(bytes);
        } catch (RequestException e) {
            return new RequestBody.Unreadable(Refusals.of(e.status(), e.getMessage(), limit));
        } catch (IOException | RuntimeException e) {
            return new RequestBody.Unreadable(
                    Failure.of(ErrorCode.MALFORMED_REQUEST, "The body broke off, or its chunks are not well formed."));
        }
    }

    private static RequestBody tooLarge(int limit) {
        return new RequestBody.Unreadable(Refusals.bodyTooLarge(limit));
    }

    /** Sends the answer. If the client is gone, nothing happens but the end of the connection. */
    public void answer(Reply reply) {
        answered = true;
        last = !whole || connection.draining()
                || (headers.contains(HeaderNames.CONNECTION) && headers.containsToken(HeaderValues.CONNECTION_CLOSE));
        try {
            connection.send(AnswerFormat.of(reply, last, Method.HEAD.equals(request.prologue().method())));
        } catch (CloseConnectionException e) {
            last = true;
        }
    }

    /** Whether the connection goes on after this exchange. */
    boolean goesOn() {
        return answered && !last;
    }
}
