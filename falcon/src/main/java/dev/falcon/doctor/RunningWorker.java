package dev.falcon.doctor;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Asks who answers on a port whether it is a worker of ours. Stateless. */
final class RunningWorker {

    private static final int TIMEOUT_MILLIS = 1000;
    private static final int MAX_BYTES = 4096;
    private static final Pattern WORKER_ID = Pattern.compile("\"worker_id\"\\s*:\\s*\"([A-Za-z0-9._-]{1,63})\"");

    private RunningWorker() {}

    /** The worker's id; empty where something else answers, or nothing within a second or two. */
    static Optional<String> at(InetAddress address, int port) {
        try {
            URI page = new URI("http", null, address.getHostAddress(), port, "/healthz", null, null);
            HttpURLConnection connection = (HttpURLConnection) page.toURL().openConnection(Proxy.NO_PROXY);
            connection.setConnectTimeout(TIMEOUT_MILLIS);
            connection.setReadTimeout(TIMEOUT_MILLIS);
            connection.setInstanceFollowRedirects(false);
            try (InputStream body = connection.getInputStream()) {
                Matcher found = WORKER_ID.matcher(new String(body.readNBytes(MAX_BYTES), StandardCharsets.UTF_8));
                return found.find() ? Optional.of(found.group(1)) : Optional.empty();
            } finally {
                connection.disconnect();
            }
        } catch (IOException | URISyntaxException e) {
            return Optional.empty();
        }
    }
}
