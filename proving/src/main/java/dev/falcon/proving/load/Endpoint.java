package dev.falcon.proving.load;

import java.nio.charset.StandardCharsets;

/**
 * A port of the loopback, or of a host that is named, and the bytes of requests to it.
 *
 * @param host looked up anew for each connection
 */
public record Endpoint(String host, int port) {

    /** Of the loopback. */
    public Endpoint(int port) {
        this("127.0.0.1", port);
    }

    /** A request for one text; header lines end with CR LF each. The text must need no escaping in JSON. */
    public byte[] infer(String text, String headerLines) {
        return post("{\"text\":\"" + text + "\"}", headerLines);
    }

    /** The same of a model by its name. */
    public byte[] infer(String text, Model model) {
        return infer(text, model, "");
    }

    /** The same with header lines, which end with CR LF each. */
    public byte[] infer(String text, Model model, String headerLines) {
        return post("{\"text\":\"" + text + "\",\"model\":\"" + model.name() + "\"}", headerLines);
    }

    /** A model by its name. */
    public record Model(String name) {}

    private byte[] post(String json, String headerLines) {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        byte[] head = ("POST /infer HTTP/1.1\r\nHost: " + host + ":" + port + "\r\nContent-Type: application/json\r\n"
                + headerLines + "Content-Length: " + body.length + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1);
        byte[] request = new byte[head.length + body.length];
        System.arraycopy(head, 0, request, 0, head.length);
        System.arraycopy(body, 0, request, head.length, body.length);
        return request;
    }

    /** A request for a page such as {@code /healthz}. */
    public byte[] get(String path) {
        return ("GET " + path + " HTTP/1.1\r\nHost: " + host + ":" + port + "\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
    }
}
