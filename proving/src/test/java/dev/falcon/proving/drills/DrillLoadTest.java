package dev.falcon.proving.drills;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

final class DrillLoadTest {

    private static final String SHIPPED_DEFAULT = "sentiment";
    private static final String NAMED = "\"model\":\"sentiment-linear\"";

    @Test
    void someNameNoModel() throws Exception {
        List<Asked> asked = asked(body -> body.contains(NAMED) ? "sentiment-linear" : SHIPPED_DEFAULT);

        assertThat(asked).hasSizeGreaterThan(20).allMatch(each -> each.kind() == Asked.Kind.ANSWERED);
    }

    @Test
    void anAnswerOfAnotherModelIsLost() throws Exception {
        List<Asked> asked = asked(_ -> "sentiment-linear");

        assertThat(asked.stream().filter(each -> each.kind() == Asked.Kind.LOST))
                .isNotEmpty()
                .allMatch(DrillLoadTest::isOfDefault)
                .hasSize((int) asked.stream().filter(DrillLoadTest::isOfDefault).count());
    }

    private static boolean isOfDefault(Asked each) {
        return each.steady()
                && Long.parseLong(each.id().substring("run-".length())) % DrillLoad.DEFAULT_ASKED_ONCE_IN == 0;
    }

    /** Some load and a volley, at a server that lets this model answer each body. */
    private static List<Asked> asked(UnaryOperator<String> model) throws IOException, InterruptedException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        CountDownLatch answered = new CountDownLatch(60);
        server.setExecutor(threads);
        server.createContext("/infer", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            byte[] answer = "{\"model_name\":\"%s\",\"worker_id\":\"worker-1\"}".formatted(model.apply(body))
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
            answered.countDown();
        });
        server.start();
        try (DrillLoad load = DrillLoad.start(server.getAddress().getPort(), "run", 0)) {
            load.volley(3);
            assertThat(answered.await(20, TimeUnit.SECONDS)).isTrue();
            return load.stop();
        } finally {
            server.stop(0);
            threads.close();
        }
    }
}
