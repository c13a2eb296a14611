package dev.falcon.proving.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the pages for operators name must exist: settings, metrics, alerts, make targets, files, headings, figures. */
final class PagesTest {

    private static final Path ROOT = Path.of("..");
    private static final Path DOCS = ROOT.resolve("docs");
    private static final Pattern CODE = Pattern.compile("`([^`\n]+)`");
    private static final Pattern FENCE = Pattern.compile("(?ms)^```bash\n(.*?)^```$");
    private static final Pattern MAKE = Pattern.compile("\\bmake ([a-z][a-z-]*)");
    private static final Pattern SETTING = Pattern.compile("(?<![A-Za-z_$/.-])[A-Z][A-Z0-9]*(_[A-Z0-9]+)+(?![A-Za-z])");
    private static final Pattern SERIES = Pattern.compile("(?<![A-Za-z_/.:$-])[a-z]+(_[a-z0-9]+)+(?![A-Za-z_/.(-])");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#]*)(#[^)]*)?\\)");
    private static final Pattern FIGURE =
            Pattern.compile("(?m)^\\|[^|]*\\| ([^|]+?) \\| (PERFORMANCE|SOAK), `([^|]+)` \\|$");

    /** Requests a second × (hits × CPU µs of one + the rest × theirs) and the cores that makes, at half load too. */
    private static final Pattern EXAMPLE =
            Pattern.compile("([\\d,]+) × \\(([\\d.]+) × ([\\d,.]+) \\+ ([\\d.]+) × ([\\d,.]+)\\)"
                    + " µs = ([\\d.]+) cores; at half load (\\d+\\.\\d+)");

    /** Of other programs: PostgreSQL, Redis, Prometheus, Docker and the shell. */
    private static final Set<String> FOREIGN = Set.of("pg_stat_activity", "pg_backend_pid", "pg_terminate_backend",
            "max_connections", "max_wal_size", "shared_buffers", "used_memory", "worker_connections", "created_at",
            "superuser_reserved_connections", "client_max_body_size", "cache_hit", "error_type", "fallback_type",
            "query_range", "cpu_usage", "request_id", "idempotency_key", "client_ip", "inference_logs",
            "falcon_inference", "pg_total_relation_size", "pg_partition_tree", "pg_database_size", "pg_class",
            "bytes_a_row",
            "prometheus_tsdb_head_series", "prometheus_tsdb_storage_blocks_bytes",
            "prometheus_tsdb_head_samples_appended_total");

    @ParameterizedTest
    @ValueSource(strings = {"CAPACITY_PLAN.md", "POSTMORTEM_TEMPLATE.md", "SECURITY.md"})
    void everythingNamedExists(String page) throws IOException {
        assertThat(faults(Files.readString(DOCS.resolve(page)))).isEmpty();
    }

    @Test
    void figuresOfThePlanAreThoseThatWereMeasured() throws IOException {
        String plan = Files.readString(DOCS.resolve("CAPACITY_PLAN.md"));
        List<String> figures = new ArrayList<>();
        for (Matcher figure = FIGURE.matcher(plan); figure.find();) {
            figures.add(figure.group());
            assertThat(rowOf(figure.group(2), figure.group(3)))
                    .as("CAPACITY_PLAN.md says %s of %s, %s", figure.group(1),
                            figure.group(2), figure.group(3))
                    .contains(figure.group(1).replaceAll(" .*", ""));
        }
        assertThat(figures).hasSizeGreaterThan(10).anyMatch(figure -> figure.contains("sentence encoder"));
    }

    @Test
    void examplesOfThePlanReckonWithItsFigures() throws IOException {
        String plan = Files.readString(DOCS.resolve("CAPACITY_PLAN.md"));
        Set<String> figures = FIGURE.matcher(plan)
                .results()
                .map(figure -> figure.group(1).replaceAll(" .*", ""))
                .collect(Collectors.toSet());
        List<MatchResult> examples = EXAMPLE.matcher(plan).results().toList();

        assertThat(examples).hasSize(3).allSatisfy(example -> {
            assertThat(figures).contains(example.group(3), example.group(5));
            double cores = number(example, 1)
                    * (number(example, 2) * number(example, 3) + number(example, 4) * number(example, 5)) / 1e6;
            assertThat(number(example, 2) + number(example, 4)).isEqualTo(1);
            assertThat(example.group(6)).isEqualTo(String.format(Locale.ROOT, "%.2f", cores));
            assertThat(example.group(7)).isEqualTo(String.format(Locale.ROOT, "%.2f", cores / 0.5));
        });
    }

    private static double number(MatchResult found, int group) {
        return Double.parseDouble(found.group(group).replace(",", ""));
    }

    @ParameterizedTest
    @CsvSource({"`REDIS_HOTS`, REDIS_HOTS", "`cache_hit_total`, cache_hit_total", "`make doctorr`, make doctorr",
        "`deploy/nginx.conf`, deploy/nginx.conf", "`http/BadInTest`, http/BadInTest", "`HighRetries`, HighRetries",
        "[a](GONE.md), GONE.md", "[a](RUNBOOK.md#gone), #gone"})
    void aMistakeIsSeen(String mistake, String seenAs) throws IOException {
        assertThat(faults(mistake)).singleElement().asString().contains(seenAs);
    }

    @Test
    void aBlockThatBashDoesNotUnderstandIsSeen() throws IOException {
        assertThat(faults("```bash\nif then x\n```\n")).singleElement().asString().contains("syntax error");
    }

    private static List<String> faults(String page) throws IOException {
        List<String> faults = new ArrayList<>();
        StringBuilder code = new StringBuilder();
        for (Matcher fence = FENCE.matcher(page); fence.find();) {
            code.append(fence.group(1)).append('\n');
            faults.addAll(syntax(fence.group(1)));
        }
        String prose = FENCE.matcher(page).replaceAll("");
        for (Matcher inline = CODE.matcher(prose); inline.find();) {
            code.append(inline.group(1)).append('\n');
            faults.addAll(nameless(inline.group(1)));
        }
        faults.addAll(unknown(MAKE, code, targets(), "make "));
        faults.addAll(unknown(SETTING, code, settings(), ""));
        faults.addAll(unknown(SERIES, code, series(), ""));
        faults.addAll(deadLinks(prose));
        return faults;
    }

    private static List<String> unknown(Pattern pattern, CharSequence code, Set<String> known, String prefix) {
        Set<String> unknown = new TreeSet<>();
        for (Matcher found = pattern.matcher(code); found.find();) {
            String name = found.groupCount() > 0 && prefix.equals("make ") ? found.group(1) : found.group();
            if (!known.contains(name)) {
                unknown.add(prefix + name + " is not there");
            }
        }
        return List.copyOf(unknown);
    }

    /** A file, a class of ours by its room or alone, or an alert. */
    private static List<String> nameless(String code) throws IOException {
        String name = code.replaceAll(" \\(.*", "");
        if (name.matches("[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*/?")
                && (name.contains("/") || name.matches(".*\\.(md|yml|sh|java)"))) {
            return exists(name) ? List.of() : List.of(name + " is not there");
        }
        if (name.matches("[A-Z][a-z0-9]+([A-Z][a-z0-9]+)+")) {
            boolean alert = Files.readString(ROOT.resolve("deploy/prometheus/rules/alerts.yml"))
                    .contains("alert: " + name + "\n");
            return alert || name.equals("RuntimeDefault") ? List.of() : List.of(name + " is no alert");
        }
        return List.of();
    }

    private static boolean exists(String name) throws IOException {
        // Made by `make secrets`, and by who writes a postmortem.
        if (name.startsWith("secrets/")) {
            return Files.readString(ROOT.resolve("scripts/secrets.sh")).contains(name.substring("secrets/".length()));
        }
        if (name.startsWith("docs/postmortems/")) {
            return true;
        }
        String java = name.endsWith(".java") ? name : name + ".java";
        return Stream
                .of(name, "docs/" + name, "falcon/src/main/java/dev/falcon/" + java,
                        "falcon/src/test/java/dev/falcon/" + java)
                .anyMatch(each -> Files.exists(ROOT.resolve(each)));
    }

    private static List<String> deadLinks(String prose) throws IOException {
        List<String> dead = new ArrayList<>();
        for (Matcher link = LINK.matcher(prose); link.find();) {
            Path file = DOCS.resolve(link.group(1)).normalize();
            if (!Files.exists(file)) {
                dead.add(link.group(1) + " is not there");
            } else if (link.group(2) != null && !headings(file).contains(link.group(2))) {
                dead.add(link.group(1) + " has no heading " + link.group(2));
            }
        }
        return dead;
    }

    private static Set<String> headings(Path file) throws IOException {
        return Files.readString(file)
                .lines()
                .filter(line -> line.startsWith("#"))
                .map(line -> "#" + line.replaceAll("^#+ ", "")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^a-z0-9 -]", "")
                        .replace(' ', '-'))
                .collect(Collectors.toSet());
    }

    /** What bash has against it; empty where it could be run. */
    private static List<String> syntax(String script) throws IOException {
        Process bash = new ProcessBuilder("bash", "-n").redirectErrorStream(true).start();
        try (var in = bash.outputWriter()) {
            in.write(script);
        }
        return new String(bash.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8).lines()
                .limit(1)
                .map(line -> line + " in: " + script)
                .toList();
    }

    private static Set<String> targets() throws IOException {
        return words(Pattern.compile("(?m)^([a-z-]+):.*## "), "Makefile");
    }

    private static Set<String> settings() throws IOException {
        return words(Pattern.compile("(?<![A-Za-z_])([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?![A-Za-z_])"), "docs/REFERENCE.md",
                "docker-compose.yml", ".env.example", "Makefile", "scripts/check-fleet.sh", "bin/falcon");
    }

    private static Set<String> series() throws IOException {
        Set<String> known =
                words(Pattern.compile("(?<![A-Za-z_])([a-z]+(?:_[a-z0-9]+)+)(?![A-Za-z_])"), "docs/REFERENCE.md",
                        "deploy/prometheus/rules/alerts.yml", "deploy/prometheus/rules/recording.yml",
                        "deploy/grafana/dashboards/falcon.json");
        known.addAll(FOREIGN);
        return known;
    }

    private static Set<String> words(Pattern pattern, String... files) throws IOException {
        Set<String> words = new TreeSet<>();
        for (String file : files) {
            for (Matcher word = pattern.matcher(Files.readString(ROOT.resolve(file))); word.find();) {
                words.add(word.group(1));
            }
        }
        return words;
    }

    /** A name may be of rows in several chapters. */
    private static String rowOf(String page, String name) throws IOException {
        String rows = Files.readString(DOCS.resolve(page + ".md"))
                .lines()
                .filter(line -> line.startsWith("| " + name + " |"))
                .collect(Collectors.joining("\n"));
        return rows.isEmpty() ? "no row " + name + " in " + page + ".md" : rows;
    }
}
