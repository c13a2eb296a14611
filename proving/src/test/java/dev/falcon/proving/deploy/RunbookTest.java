package dev.falcon.proving.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What docs/RUNBOOK.md speaks of exists; and texts with one mistake each, which must be seen. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RunbookTest {
    private static final Path ROOT = Path.of("..");
    private static final Path RUNBOOK = ROOT.resolve("docs/RUNBOOK.md");
    private static final int DAYS_OF_A_REVIEW = 100;

    private RunbookNames names = new RunbookNames(Set.of(), Set.of(), Set.of(), Set.of(), Set.of(), "", _ -> true);
    private Fleet fleet = new Fleet(List.of());
    private Set<String> alerts = Set.of();

    @BeforeAll
    void readTheCheckout() throws IOException {
        Path causes = Path.of("src/main/java/dev/falcon/proving/drills");
        try (Stream<Path> files = Files.list(causes)) {
            List<String> texts =
                    files.filter(each -> each.toString().endsWith("Causes.java")).map(RunbookTest::read).toList();
            names = RunbookNames.of(ROOT, texts);
        }
        fleet = new Fleet(Kustomization.build(KubernetesTest.MANIFESTS.resolve("overlays/production")));
        alerts = AlertHeadings.alerts(Yaml.document(ROOT.resolve("deploy/prometheus/rules/alerts.yml")));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private List<String> twins(RunbookText text) {
        return Twins.faults(text, fleet, names.settings()::contains, names.files());
    }

    @Test
    void everythingItNamesExists() {
        assertThat(names.faults(new RunbookText(read(RUNBOOK)))).isEmpty();
    }

    @Test
    void everyAlertHasAHeadingWithText() {
        assertThat(AlertHeadings.faults(new RunbookText(read(RUNBOOK)), alerts)).isEmpty();
    }

    @Test
    void whatItSaysForKubernetesFitsTheManifests() {
        assertThat(twins(new RunbookText(read(RUNBOOK)))).isEmpty();
    }

    /** A page that nobody looked at for long is worth a word, and no broken build. */
    @Test
    void itSaysWhenItWasReviewed() {
        Matcher reviewed =
                Pattern.compile("(?m)^Owner: \\S.*\\bReviewed: (\\d{4}-\\d\\d-\\d\\d)\\b").matcher(read(RUNBOOK));

        assertThat(reviewed.find()).as("a line \"Owner: …. Reviewed: YYYY-MM-DD.\"").isTrue();
        LocalDate due = LocalDate.parse(reviewed.group(1)).plusDays(DAYS_OF_A_REVIEW);
        if (due.isBefore(LocalDate.now(ZoneOffset.UTC))) {
            System.err.println("WARNING: docs/RUNBOOK.md was reviewed more than " + DAYS_OF_A_REVIEW + " days ago");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            "a `inference_duration_second` b"                               | line 1: inference_duration_second is no metric
            "\\n```bash\\ncurl a | grep cache_hit_total\\n```"                 | line 3: cache_hit_total is no metric
            "`make up` or `make upp`"                                       | upp is no target of make
            "```bash\\ndocker stop falcon-rediss\\n```"                       | line 2: falcon-rediss is no container
            "`docker compose up -d --wait rediss`"                          | rediss is no service of compose
            "`docker compose run --rm -T worker1 doctor`"                   | worker1 is no service of compose
            "set CACHE_TTL_SECOND to 5"                                     | CACHE_TTL_SECOND is no setting
            "run scripts/deploys.sh"                                        | scripts/deploys.sh does not exist
            "see [there](#nowhere)"                                         | a link to #nowhere
            "see [there](NOWHERE.md)"                                       | a link to NOWHERE.md
            "```bash\\ndocker logs a 2>&1 | grep 'Redis is unavailable'\\n```" | line 2: no log line says "Redis is unavailable"
            """)
    void seeded_aNameOfNothingIsSeen(String text, String fault) {
        assertThat(names.faults(new RunbookText(text.replace("\\n", "\n")))).anySatisfy(
                each -> assertThat(each).contains(fault));
    }

    @Test
    void namesOfWhatExistsAreNoFaults() {
        assertThat(names.faults(new RunbookText("""
                # Nowhere else

                `inference_duration_seconds_bucket`, `redis_unavailable`, `make cache-clear`, CACHE_TTL_SECONDS, scripts/deploy.sh,
                [here](#nowhere-else), [there](REFERENCE.md#settings)

                ```bash
                docker compose up -d --scale worker-extra=2 worker-1 redis
                docker exec falcon-postgres psql -c "SELECT request_id FROM inference_logs, pg_stat_activity"
                docker logs falcon-worker-1 | grep 'Redis unavailable'
                ```
                """))).isEmpty();
    }

    @Test
    void seeded_headingsThatDoNotFitTheAlertsAreSeen() {
        RunbookText text = new RunbookText(
                "## Alerts\n\n### A\n\n<!-- a -->\n\n### B\n\ntext\n\n### C\n\ntext\n\n### B\n\ntext\n\n## D\n\n### E\n");

        assertThat(AlertHeadings.faults(text, Set.of("A", "B", "D"))).containsExactly("line 3: nothing stands under A",
                "line 11: C is no alert", "line 15: B has two headings", "D has no heading under Alerts");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            kubectl -n falcon get pods -o wide                                              | -
            kubectl -n falcon rollout status deployment/falcon-worker                       | -
            kubectl -n stores exec service/redis -- redis-cli ping                          | -
            kubectl -n falcon set env deployment/falcon-worker CACHE_TTL_SECONDS=7200       | -
            kubectl apply -k deploy/kubernetes/overlays/production                          | -
            kubectl -n falcom get pods                                                      | unknown namespace falcom
            kubectl -n falcon fetch pods                                                    | unknown verb fetch
            kubectl -n falcon rollout resume deployment/falcon-worker                       | unknown verb rollout resume
            kubectl -n falcon get pods --watch                                              | unknown flag --watch
            kubectl -n falcon get replicasets                                               | unknown kind replicasets
            kubectl -n falcon get deployment worker                                         | no deployment worker
            kubectl -n stores exec service/mysql -- ls                                      | no service mysql
            kubectl -n falcon logs deployment/falcon-worker -c java                         | unknown java
            kubectl -n falcon get pods -l app.kubernetes.io/component=nginx                 | unknown app.kubernetes.io/component=nginx
            kubectl -n falcon set env deployment/falcon-worker CACHE_TTL=7200               | unknown CACHE_TTL=7200
            kubectl apply -k deploy/kubernetes/overlays/staging                             | unknown deploy/kubernetes/overlays/staging
            kubectl -n falcon delete pod falcon-worker-5c9f                                 | a name of pod that nobody can know
            helm list                                                                       | no kubectl
            """)
    void seeded_whatTheManifestsDoNotDefineIsSeen(String command, String fault) {
        List<String> faults = twins(new RunbookText("<!-- kubernetes -->\n```bash\n" + command + "\n```\n"));

        if (fault.equals("-")) {
            assertThat(faults).isEmpty();
        } else {
            assertThat(faults).containsExactly("line 3: " + fault + " in: " + command);
        }
    }
}
