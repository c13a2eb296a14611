package dev.falcon.worker;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Takes spans as an OpenTelemetry collector does, OTLP over HTTP, and reads what tests ask about out of the protobuf by its
 * field numbers. Safe for use by many threads.
 */
final class Collector implements AutoCloseable {

    private static final int OK = 200;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;

    /** A span; ids in hexadecimal digits, the parent's empty where there is none; its own attributes and its resource's. */
    record Span(String traceId, String id, String parent, String name, long kind, long nanos,
            Map<String, String> attributes) {}

    private record Field(int number, long number64, ByteBuffer bytes) {}

    private final HttpServer server;
    private final List<Span> spans = new CopyOnWriteArrayList<>();

    Collector() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/traces", this::take);
        server.start();
    }

    String endpoint() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** All that came so far. */
    List<Span> spans() {
        return List.copyOf(spans);
    }

    private void take(HttpExchange exchange) {
        try (exchange) {
            ByteBuffer request = ByteBuffer.wrap(exchange.getRequestBody().readAllBytes());
            for (Field resourceSpans : fields(request)) {
                Map<String, String> resource = new TreeMap<>();
                for (Field field : fields(resourceSpans.bytes())) {
                    if (field.number() == 1) {
                        resource.putAll(attributes(field.bytes(), 1));
                    }
                }
                for (Field scopeSpans : fields(resourceSpans.bytes())) {
                    if (scopeSpans.number() == 2) {
                        fields(scopeSpans.bytes()).stream()
                                .filter(field -> field.number() == 2)
                                .forEach(field -> spans.add(span(field.bytes(), resource)));
                    }
                }
            }
            exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
            exchange.sendResponseHeaders(OK, -1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Span span(ByteBuffer message, Map<String, String> resource) {
        List<Field> fields = fields(message);
        Map<String, String> attributes = new TreeMap<>(resource);
        attributes.putAll(attributes(message, 9));
        return new Span(hex(field(fields, 1)), hex(field(fields, 2)), hex(field(fields, 4)), text(field(fields, 5)),
                field(fields, 6).number64(), field(fields, 8).number64() - field(fields, 7).number64(), attributes);
    }

    /** An empty one where there is none. */
    private static Field field(List<Field> fields, int number) {
        return fields.stream()
                .filter(field -> field.number() == number)
                .findFirst()
                .orElse(new Field(number, 0, ByteBuffer.allocate(0)));
    }

    /** Of type string or integer, as text. */
    private static Map<String, String> attributes(ByteBuffer message, int number) {
        Map<String, String> attributes = new TreeMap<>();
        for (Field field : fields(message)) {
            if (field.number() == number) {
                List<Field> pair = fields(field.bytes());
                Field value = fields(pair.get(1).bytes()).getFirst();
                attributes.put(text(pair.get(0)),
                        value.number() == 1 ? text(value) : Long.toString(value.number64()));
            }
        }
        return attributes;
    }

    private static List<Field> fields(ByteBuffer message) {
        ByteBuffer rest = message.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        List<Field> fields = new ArrayList<>();
        while (rest.hasRemaining()) {
            long tag = varint(rest);
            int number = (int) (tag >>> 3);
            fields.add(switch ((int) (tag & 7)) {
                case FIXED64 -> new Field(number, rest.getLong(), ByteBuffer.allocate(0));
                case FIXED32 -> new Field(number, rest.getInt(), ByteBuffer.allocate(0));
                case BYTES -> new Field(number, 0, cut(rest, (int) varint(rest)));
                default -> new Field(number, varint(rest), ByteBuffer.allocate(0));
            });
        }
        return fields;
    }

    private static ByteBuffer cut(ByteBuffer rest, int length) {
        ByteBuffer part = rest.slice(rest.position(), length);
        rest.position(rest.position() + length);
        return part;
    }

    private static long varint(ByteBuffer rest) {
        long value = 0;
        for (int shift = 0;; shift += 7) {
            byte next = rest.get();
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }

    private static byte[] bytes(Field field) {
        byte[] bytes = new byte[field.bytes().remaining()];
        field.bytes().duplicate().get(bytes);
        return bytes;
    }

    private static String text(Field field) {
        return new String(bytes(field), StandardCharsets.UTF_8);
    }

    private static String hex(Field field) {
        return HexFormat.of().formatHex(bytes(field));
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
