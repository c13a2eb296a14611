package dev.falcon.proving.measure;

import dev.falcon.config.Settings;
import dev.falcon.config.SettingsFaults;
import dev.falcon.config.SettingsReader;
import dev.falcon.config.Sources;
import dev.falcon.inference.Ticker;
import dev.falcon.listener.BoundPort;
import dev.falcon.listener.CannotListen;
import dev.falcon.listener.Exchange;
import dev.falcon.listener.Front;
import dev.falcon.listener.Listener;
import dev.falcon.listener.Reply;
import dev.falcon.telemetry.Metrics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/**
 * The reference of what serving costs: the worker's own listener, which reads each request whole and answers its one
 * argument. No journey, no JSON, no record. A program of its own, for the flags of the worker's.
 */
public final class ConstantServer {

    static final Reply.ContentType JSON = Reply.ContentType.of("application/json");

    private final byte[] body;

    private ConstantServer(byte[] body) {
        this.body = body;
    }

    private void answer(Exchange exchange) {
        exchange.body();
        exchange.answer(new Reply(200, JSON, body));
    }

    public static void main(String[] args) throws CannotListen, SettingsFaults, InterruptedException {
        serve(new ConstantServer(args[0].getBytes(StandardCharsets.UTF_8))::answer);
    }

    /** Opens the worker's listener with this behind it, says that it is ready, and never returns. */
    static void serve(Consumer<Exchange> answer) throws CannotListen, SettingsFaults, InterruptedException {
        Settings.Http http = SettingsReader.read(new Sources(Map.of("HOST", "127.0.0.1", "PORT", "0"), null),
                new SettingsReader.Surroundings("constant", Runtime.getRuntime().availableProcessors(), Path.of("")))
                .http();
        Ticker ticker = Ticker.system();
        Front front = new Front(answer, _ -> new Reply(400, JSON, new byte[0]));
        BoundPort bound = Listener.bind(http);
        Listener listener = Listener.open(bound, front, new Metrics("constant", ticker).listener(), ticker);
        System.out.println("{\"event\":\"ready\",\"port\":" + listener.port() + "}");
        new CountDownLatch(1).await();
    }
}
