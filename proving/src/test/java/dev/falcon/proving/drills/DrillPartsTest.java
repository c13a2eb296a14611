package dev.falcon.proving.drills;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.json.MalformedJson;
import dev.falcon.proving.drills.Selection.Wanted;
import dev.falcon.testing.MetricsPage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The small parts of a drill that only compute. */
final class DrillPartsTest {

    private static MetricsPage page(int started, int enqueued, int written, int dropped) {
        return new MetricsPage("""
                process_start_time_seconds{worker_id="worker-1"} %d
                inference_log_enqueued_total{worker_id="worker-1"} %d
                inference_log_written_total{worker_id="worker-1"} %d
                dropped_logs_total{reason="buffer_full",worker_id="worker-1"} %d
                """.formatted(started, enqueued, written, dropped));
    }

    @Test
    void theBooksGoOnOverTheEndOfAProcess() {
        Books books = new Books();
        books.look(8000, page(1, 100, 90, 10));
        books.look(8001, page(1, 5, 5, 0));
        books.look(8000, page(1, 110, 95, 10));
        books.look(8000, page(2, 7, 3, 2));
        books.look(8000, page(2, 8, 3, 2));

        assertThat(books.total()).isEqualTo(new Books.Counts(18, 8, 2));
    }

    @Test
    void alertsThatFireAreToldFromThoseThatWait() throws MalformedJson {
        List<FiringAlert> firing = FiringAlert.in("""
                {"status":"success","data":{"alerts":[
                  {"labels":{"alertname":"Watchdog","severity":"P3"},"annotations":{},"state":"firing","activeAt":"x","value":"1e+00"},
                  {"labels":{"alertname":"WorkerDown","worker":"worker-1"},"annotations":{},"state":"pending","value":"1"},
                  {"labels":{"alertname":"CircuitBreakerOpen","worker":"worker-1","dependency":"redis"},"state":"firing"}]}}
                """);

        assertThat(firing).extracting(FiringAlert::name).containsExactly("Watchdog", "CircuitBreakerOpen");
        assertThat(firing.getLast().is(new Cause.Alert("CircuitBreakerOpen", Map.of("dependency", "redis")))).isTrue();
        assertThat(firing.getLast().is(new Cause.Alert("CircuitBreakerOpen", Map.of("dependency", "postgres"))))
                .isFalse();
        assertThat(firing.getLast().is(new Cause.Alert("CacheErrors", Map.of()))).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"falcon-worker-1 137, true", "falcon-worker-1 3, true", "falcon-worker-1 143, false",
        "falcon-redis 137, false",
        "'', false"})
    void aKilledWorkerIsToldFromOthersThatEnd(String line, boolean killed) {
        assertThat(Deaths.isKilledWorker(line)).isEqualTo(killed);
    }

    @Test
    void causesAreChosenByIncidentByNameOrOneOfEach() {
        List<Cause> all = List.of(Cause.of("a", "a-1"), Cause.of("a", "a-2"), Cause.of("b", "b-1"));

        assertThat(names(Selection.of(all, new Wanted(Set.of(), Set.of(), false)).run())).containsExactly("a-1", "a-2",
                "b-1");
        assertThat(names(Selection.of(all, new Wanted(Set.of("a"), Set.of(), false)).run())).containsExactly("a-1",
                "a-2");
        assertThat(names(Selection.of(all, new Wanted(Set.of(), Set.of("a-2"), false)).run())).containsExactly("a-2");
        Selection one = Selection.of(all, new Wanted(Set.of(), Set.of(), true));
        assertThat(names(one.run())).containsExactly("a-1", "b-1");
        assertThat(names(one.skipped())).containsExactly("a-2");
        assertThat(Selection.of(all, new Wanted(Set.of("c"), Set.of("a-1", "z"), false)).unknown()).containsExactly("c",
                "z");
    }

    private static List<String> names(List<Cause> causes) {
        return causes.stream().map(Cause::name).toList();
    }

    @Test
    void noSecretIsPrinted(@TempDir Path folder) throws IOException {
        Files.createDirectories(folder.resolve("home/secrets"));
        Files.writeString(folder.resolve("home/secrets/redis_password"), "hunter2\n");
        Files.writeString(folder.resolve("home/secrets/empty"), "\n");
        Scrubber scrubber = new Scrubber(new Home(folder, folder.resolve("home")).secrets());

        assertThat(scrubber.scrub("AUTH hunter2 was wrong, hunter22")).isEqualTo("AUTH [secret] was wrong, [secret]2");
    }

    @Test
    void theHomeStartsWithTheExamplesSettingsAndTimesOfDrills(@TempDir Path folder) throws IOException {
        Home home = new Home(Path.of(".."), folder);
        home.writeEnv();

        assertThat(home.env())
                .contains("CIRCUIT_BREAKER_TIMEOUT_SECONDS=6\n", "JAR_FROM=prebuilt\n", "FALCON_VERSION=latest\n")
                .doesNotContain("CIRCUIT_BREAKER_TIMEOUT_SECONDS=60", "JAR_FROM=source");
        assertThat(home.hasEnvOfDrills()).isTrue();
        home.env(home.env() + "A=1\n");
        assertThat(home.hasEnvOfDrills()).isFalse();
    }
}
