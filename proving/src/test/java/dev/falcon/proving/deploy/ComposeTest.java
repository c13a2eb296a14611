package dev.falcon.proving.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.config.SettingsCatalog;
import dev.falcon.config.SettingsCatalog.Row;
import dev.falcon.config.SettingsReader;
import dev.falcon.config.SettingsReader.Surroundings;
import dev.falcon.config.Sources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** docker-compose.yml and .env.example: every setting that the reference names can be set, and the workers fit into their limits. */
final class ComposeTest {

    private static final Path COMPOSE = KubernetesTest.ROOT.resolve("docker-compose.yml");
    private static final Path ENV = KubernetesTest.ROOT.resolve(".env.example");
    private static final List<String> WORKERS = List.of("worker-1", "worker-2", "worker-3", "worker-extra");

    /** What the stack itself decides: addresses, names, passwords, and the folders of the image. */
    private static final Set<String> OF_THE_STACK = Set.of("HOST", "PORT", "WORKER_ID", "MODEL_PATH", "MODEL_CACHE_DIR",
            "INFERENCE_LOG_PATH", "INFERENCE_LOG_SPOOL_DIR", "REDIS_HOST", "REDIS_PORT", "REDIS_DB", "REDIS_PASSWORD",
            "POSTGRES_HOST", "POSTGRES_PORT", "POSTGRES_DB", "POSTGRES_USER", "POSTGRES_PASSWORD");
    /** Where its default is another one than a worker's. */
    private static final Set<String> WITH_A_DEFAULT_OF_ITS_OWN =
            Set.of("TRUSTED_PROXIES", "REQUEST_TIMEOUT_SECONDS", "INFERENCE_TIMEOUT_SECONDS");

    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Z0-9_]+):-([^}]*)}");
    private static final Pattern ENV_LINE = Pattern.compile("(?m)^([A-Z0-9_]+)=(.*)$");

    @Test
    void everySettingOfTheReferenceReachesEachWorker() throws IOException {
        Node compose = Yaml.document(COMPOSE);
        for (String worker : WORKERS) {
            Map<String, Node> environment = compose.at("services", worker, "environment").entries();
            assertThat(faults(environment)).as(worker).isEmpty();
        }
    }

    @Test
    void oneThatIsForgottenMisspeltOrCrossedIsSeen() throws IOException {
        Node environment = Yaml.document(COMPOSE).at("services", "worker-1", "environment");
        environment.map().remove("BATCH_MAX_SIZE");
        environment.map().put("SLOW_REQUEST_MS", "${SLOW_REQUESTS_MS:-}");
        environment.map().put("CACHE_TTL_SECONDS", "${CACHE_TTL_SECONDS:-60}");
        environment.map().put("REDIS_DB", "${REDIS_DB:-}");
        environment.map().put("MAX_THREADS", "${MAX_THREADS:-}");

        assertThat(faults(environment.entries())).containsExactlyInAnyOrder("BATCH_MAX_SIZE is ",
                "SLOW_REQUEST_MS is ${SLOW_REQUESTS_MS:-}", "CACHE_TTL_SECONDS is ${CACHE_TTL_SECONDS:-60}",
                "REDIS_DB can be set", "MAX_THREADS is no setting");
    }

    private static List<String> faults(Map<String, Node> environment) {
        List<String> faults = new ArrayList<>();
        Map<String, Row> rows = SettingsCatalog.rows().stream().collect(Collectors.toMap(Row::name, row -> row));
        rows.forEach((name, row) -> {
            String value = environment.containsKey(name) ? environment.get(name).text() : "";
            if (OF_THE_STACK.contains(name)) {
                if (value.contains("$")) {
                    faults.add(name + " can be set");
                }
                return;
            }
            Matcher variable = VARIABLE.matcher(value);
            if (!variable.matches() || !variable.group(1).equals(name)
                    || (!variable.group(2).isEmpty() && !WITH_A_DEFAULT_OF_ITS_OWN.contains(name))) {
                faults.add(name + " is " + value);
            }
        });
        environment.keySet()
                .stream()
                .filter(name -> !name.equals("JAVA_OPTS") && !rows.containsKey(name)
                        && !rows.containsKey(name.replaceFirst("_FILE$", "")))
                .forEach(name -> faults.add(name + " is no setting"));
        return faults;
    }

    @Test
    void whatIsEmptyIsUnset() throws Exception {
        Map<String, String> empty = new TreeMap<>();
        SettingsCatalog.rows().forEach(row -> empty.put(row.name(), ""));
        Surroundings here = new Surroundings("w", 1, Path.of("/app"));

        assertThat(SettingsCatalog.effective(SettingsReader.read(new Sources(empty, null), here)))
                .isEqualTo(SettingsCatalog.effective(SettingsReader.read(new Sources(Map.of(), null), here)));
    }

    @Test
    void everyLineOfTheExampleIsLookedAt() throws IOException {
        Set<String> used = VARIABLE.matcher(Files.readString(COMPOSE))
                .results()
                .map(each -> each.group(1))
                .collect(Collectors.toSet());

        assertThat(example()).hasSizeGreaterThan(10).allSatisfy((name, _) -> assertThat(used).contains(name));
    }

    @Test
    void workersStartWithinTheirLimits() throws IOException {
        Node limits = Yaml.document(COMPOSE).at("services", "worker-1", "deploy", "resources", "limits");

        assertThat(refusal(limits, Map.of())).as("without a .env").isNull();
        assertThat(refusal(limits, example())).as("as .env.example says").isNull();
    }

    /** What .env.example says beside WORKER_CPUS. */
    @ParameterizedTest
    @CsvSource({"2, 768M, no", "2, 1G, yes", "1.5, 1G, yes", "4, 1G, yes", "7, 1G, yes", "8, 1G, no"})
    void moreProcessorsNeedMoreMemory(String cpus, String memory, String starts) throws IOException {
        Node limits = Yaml.document(COMPOSE).at("services", "worker-1", "deploy", "resources", "limits");
        Map<String, String> env = example();
        env.put("WORKER_CPUS", cpus);
        env.put("WORKER_MEMORY", memory);

        String refusal = refusal(limits, env);

        assertThat(refusal == null ? "yes" : "no").as(refusal).isEqualTo(starts);
    }

    /** As docs/CAPACITY_PLAN.md says. */
    @Test
    void theBaseOfKubernetesHasTheSameLimits() throws IOException {
        Node ours = Yaml.document(COMPOSE).at("services", "worker-1", "deploy", "resources", "limits");
        Node theirs = new Fleet(Kustomization.build(KubernetesTest.MANIFESTS.resolve("base"))).worker()
                .at("resources", "limits");

        assertThat(theirs.at("cpu").text()).isEqualTo(filledIn(ours.at("cpus").text(), Map.of()));
        assertThat(theirs.at("memory").text()).isEqualTo(filledIn(ours.at("memory").text(), Map.of()) + "i");
    }

    private static @Nullable String refusal(Node limits, Map<String, String> env) throws IOException {
        Map<String, String> variables = new TreeMap<>();
        Yaml.document(COMPOSE)
                .at("services", "worker-1", "environment")
                .entries()
                .forEach((name, value) -> variables.put(name, filledIn(value.text(), env)));
        return new Container(Container.memory(filledIn(limits.at("memory").text(), env) + "i"),
                Container.cores(filledIn(limits.at("cpus").text(), env)), variables)
                .refusal(Files.readString(KubernetesTest.ROOT.resolve("bin/falcon")));
    }

    /** As compose does it. */
    private static String filledIn(String value, Map<String, String> env) {
        return VARIABLE.matcher(value).replaceAll(found -> {
            String set = env.getOrDefault(found.group(1), "");
            return Matcher.quoteReplacement(set.isEmpty() ? found.group(2) : set);
        });
    }

    private static Map<String, String> example() throws IOException {
        Map<String, String> example = new TreeMap<>();
        ENV_LINE.matcher(Files.readString(ENV)).results().forEach(line -> example.put(line.group(1), line.group(2)));
        return example;
    }
}
