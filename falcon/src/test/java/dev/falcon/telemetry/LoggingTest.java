package dev.falcon.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.core.joran.spi.JoranException;
import dev.falcon.inference.Ticker;
import dev.falcon.json.Json;
import dev.falcon.json.MalformedJson;
import java.io.ByteArrayOutputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.LoggerFactory;

/** Alone, since there is one log in a process. */
@Isolated
class LoggingTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** What the tests after this class log by. */
    @AfterAll
    static void restoreTheTestsOwnLog() throws JoranException {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        URL own = Objects.requireNonNull(LoggingTest.class.getResource("/logback-test.xml"));
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        context.reset();
        configurator.doConfigure(own);
        context.start();
        assertThat(context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).getAppender("STDOUT")).isNotNull();
    }

    private List<String> lines(boolean json, Runnable logged) {
        Logging logging = Logging.start(new Logging.Style(Event.Severity.INFO, json, "w-1"), out);
        try {
            logged.run();
        } finally {
            logging.close();
        }
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> parsed(String line) {
        try {
            return Json.read(line.getBytes(StandardCharsets.UTF_8), Map.class);
        } catch (MalformedJson e) {
            throw new AssertionError(line, e);
        }
    }

    @Test
    void aLineIsOneJsonObjectWithTheContractsFields() {
        List<String> lines = lines(true, () -> new EventLog(LoggingTest.class).emit(Event.REDIS_UNAVAILABLE,
                "Redis unavailable: refused\nindeed", Field.of("request_id", "r-1"), Field.of("trace_id", null)));

        assertThat(lines).hasSize(1);
        Map<String, Object> line = parsed(lines.getFirst());
        assertThat(line).containsEntry("level", "ERROR")
                .containsEntry("event", "redis_unavailable")
                .containsEntry("message", "Redis unavailable: refused\nindeed")
                .containsEntry("worker_id", "w-1")
                .containsEntry("logger", LoggingTest.class.getName())
                .containsEntry("request_id", "r-1")
                .doesNotContainKey("trace_id");
        assertThat((String) line.get("timestamp")).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
    }

    @Test
    void levelsCarryTheContractsNames() {
        List<String> lines = lines(true, () -> {
            EventLog log = new EventLog(LoggingTest.class);
            log.emit(Event.START_FAILED, "cannot start");
            log.emit(Event.RETRY, "retry 2 of 3");
        });

        assertThat(lines).extracting(line -> parsed(line).get("level")).containsExactly("CRITICAL", "WARNING");
        assertThat(parsed(lines.getFirst())).doesNotContainKey("falcon.critical");
    }

    @Test
    void linesOfLibrariesComeTheSameWay() {
        List<String> lines = lines(true, () -> {
            LoggerFactory.getLogger("some.library").warn("careful {}", 1);
            System.getLogger("platform.library").log(System.Logger.Level.ERROR, "broken");
            java.util.logging.Logger.getLogger("old.library").severe("older");
        });

        assertThat(lines).extracting(line -> parsed(line).get("message"))
                .containsExactly("careful 1", "broken",
                        "older");
    }

    @Test
    void aStackTraceStaysOnTheLine() {
        List<String> lines = lines(true,
                () -> new EventLog(LoggingTest.class).emit(Event.DEFECT, "oops", new IllegalStateException("why")));

        assertThat(lines).hasSize(1);
        assertThat((String) parsed(lines.getFirst()).get("stack_trace")).contains("IllegalStateException: why");
    }

    @Test
    void forPeopleALineShowsTimeLevelMessageAndFields() {
        List<String> lines = lines(false,
                () -> new EventLog(LoggingTest.class).emit(Event.RETRY, "retry 2 of 3", Field.of("delay_ms", 120)));

        assertThat(lines).singleElement()
                .asString()
                .matches("\\d\\d:\\d\\d:\\d\\d\\.\\d{3} WARNING +LoggingTest: retry 2 of 3  delay_ms=120");
    }

    @Test
    void aRepeatedEventIsHeldBackAndToldLater() {
        AtomicLong now = new AtomicLong();
        Ticker ticker = new Ticker() {
            @Override
            public long nanos() {
                return now.get();
            }

            @Override
            public void sleep(Duration duration) {
                now.addAndGet(duration.toNanos());
            }
        };
        List<String> lines = new ArrayList<>(lines(true, () -> {
            EventLog log = new EventLog(LoggingTest.class, ticker);
            for (int i = 0; i < 1000; i++) {
                log.emit(Event.BUFFER_FULL, "buffer full");
            }
            now.set(Duration.ofMinutes(2).toNanos());
            log.emit(Event.BUFFER_FULL, "buffer full");
        }));

        assertThat(lines).hasSize(Event.BUFFER_FULL.perMinute() + 1);
        assertThat(parsed(lines.getLast())).containsEntry("held_back", 1000 - Event.BUFFER_FULL.perMinute());
    }
}
