package dev.falcon.testing;

import dev.falcon.json.Json;
import dev.falcon.json.MalformedJson;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** An answer of a worker's. */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record WorkerReply(int status, HttpHeaders headers, byte[] body) {

    static WorkerReply of(HttpResponse<byte[]> response) {
        return new WorkerReply(response.statusCode(), response.headers(), response.body());
    }

    /** The first value of a header, empty where there is none. */
    public String header(String name) {
        return headers.firstValue(name).orElse("");
    }

    public Map<?, ?> json() {
        try {
            return Json.read(body, Map.class);
        } catch (MalformedJson e) {
            throw new AssertionError(e.getMessage() + ": " + this, e);
        }
    }

    /** A member of the body as text, empty where there is none. */
    public String text(String name) {
        Object value = json().get(name);
        return value == null ? "" : value.toString();
    }

    public boolean flag(String name) {
        return Boolean.TRUE.equals(json().get(name));
    }

    @Override
    public String toString() {
        return status + " " + headers.map() + " " + new String(body, StandardCharsets.UTF_8);
    }
}
