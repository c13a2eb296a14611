package dev.falcon.proving.deploy;

import dev.falcon.inference.Stage;
import dev.falcon.proving.deploy.RunbookText.Part;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Whether everything that the runbook names exists.
 *
 * @param words metrics, events, columns, fields: what is written with underscores
 * @param settings the same in capitals
 * @param targets of make
 * @param services of compose
 * @param falcons containers, images and objects called falcon-something
 * @param messages what log lines say
 * @param files whether a path is one of the checkout
 */
record RunbookNames(Set<String> words, Set<String> settings, Set<String> targets, Set<String> services,
        Set<String> falcons,
        String messages, Predicate<String> files) {

    private static final String WORD = "[a-z][a-z0-9]*(?:_[a-z0-9]+)+";
    private static final String SETTING = "[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+";
    /** Of PostgreSQL, Redis, curl and the kernel. */
    private static final Set<String> FOREIGN = Set.of("application_name", "blocked_by", "client_addr", "http_code",
            "instantaneous_ops_per_sec", "lock_timeout", "max_connections", "maxmemory_human", "maxmemory_policy",
            "nr_throttled", "query_start", "used_memory_human", "used_memory", "wait_event", "wait_event_type");
    private static final Pattern PATH = Pattern.compile("\\b(?<![/\\w.])(?:scripts|deploy|bin|docs)/[\\w./-]*\\w");
    private static final Pattern COMPOSE = Pattern
            .compile("\\bdocker compose (up|restart|stop|start|logs|run|rm|ps|exec|port)\\b([^|;&>\\n)`]*)");
    private static final Set<String> WITH_VALUE =
            Set.of("--scale", "--tail", "--since", "--timeout", "-n", "--entrypoint");
    /** What a grep looks for in a log. */
    private static final Pattern MESSAGE = Pattern
            .compile(
                    "\\b(?:logs|journalctl)\\b[^\\n]*?\\b(?:grep|test|contains)\\b[^'\"\\n]*['\"]([A-Za-z]+(?: [A-Za-z]+)+)['\"]");

    /** Of a checkout. */
    static RunbookNames of(Path root, Collection<String> causes) throws IOException {
        String reference = Files.readString(root.resolve("docs/REFERENCE.md"));
        String compose = Files.readString(root.resolve("docker-compose.yml"));
        String makefile = Files.readString(root.resolve("Makefile"));
        Set<String> words = new TreeSet<>();
        for (Part part : new RunbookText(reference).code()) {
            words.addAll(all(WORD, part.text()));
        }
        for (String file : List.of("deploy/nginx/nginx.conf", "deploy/prometheus/rules/recording.yml",
                "deploy/prometheus/rules/alerts.yml", "deploy/redis/redis.conf", "deploy/postgres/database-disk.sql",
                "docker-compose.yml")) {
            words.addAll(all(WORD, Files.readString(root.resolve(file))));
        }
        StringBuilder sources = new StringBuilder(reference);
        try (Stream<Path> files = Files.walk(root.resolve("falcon/src/main"))) {
            for (Path file : files.filter(each -> each.toString().matches(".*\\.(java|sql)")).toList()) {
                String source = Files.readString(file);
                sources.append(source);
                words.addAll(all(file.toString().endsWith(".sql") ? WORD : "(?<=\")" + WORD + "(?=\")", source));
                // Values of labels are the names of constants.
                all("\\b" + SETTING + "\\b", source)
                        .forEach(each -> words.add(each.toLowerCase(java.util.Locale.ROOT)));
            }
        }
        // A log line has a field for each stage of a request.
        for (Stage stage : Stage.values()) {
            words.add(stage.wireName() + "_ms");
        }
        Set<String> settings = all("\\b" + SETTING + "\\b",
                reference + compose + makefile + Files.readString(root.resolve(".env.example")));
        Node services = Yaml.document(root.resolve("docker-compose.yml")).at("services");
        Set<String> falcons =
                new TreeSet<>(List.of("falcon-worker", "falcon-workers", "falcon-inference", "falcon-stores"));
        services.entries().values().forEach(each -> falcons.add(each.at("container_name").text()));
        causes.forEach(each -> falcons.addAll(all("\\bfalcon-[a-z0-9]+(?:-[a-z0-9]+)*", each)));
        return new RunbookNames(words, settings, all("(?m)^[a-z][a-z-]*(?=:)", makefile), services.entries().keySet(),
                falcons,
                sources.toString(), file -> Files.exists(root.resolve(file)));
    }

    /** What the runbook names and is not there, each with its line. */
    List<String> faults(RunbookText runbook) {
        List<String> faults = new ArrayList<>();
        for (Part part : runbook.code()) {
            check(part, "\\b" + WORD, this::isWord, "is no metric, event or field", faults);
            check(part, "(?<=\\bmake )[a-z][a-z-]*", targets::contains, "is no target of make", faults);
            check(part, "\\bfalcon-[a-z0-9]+(?:-[a-z0-9]+)*\\b(?!-)", falcons::contains,
                    "is no container, image or object", faults);
            composeServices(part, faults);
            messages(part, faults);
        }
        Part all = new Part(1, runbook.text());
        check(all, "\\b" + SETTING + "\\b(?!\\.md)", settings::contains, "is no setting", faults);
        check(all, PATH.pattern(), files, "does not exist", faults);
        links(runbook, faults);
        return faults;
    }

    /** Also the beginning or the end of one, as a grep may look for it. */
    private boolean isWord(String word) {
        return words.contains(word) || FOREIGN.contains(word) || word.startsWith("pg_")
                || words.contains(word.replaceFirst("_(bucket|count|sum)$", ""))
                || words.stream().anyMatch(each -> each.startsWith(word + "_") || each.endsWith("_" + word));
    }

    private static void check(Part part, String expression, Predicate<String> exists, String fault,
            List<String> faults) {
        Matcher name = Pattern.compile(expression).matcher(part.text());
        while (name.find()) {
            if (!exists.test(name.group())) {
                faults.add("line " + lineOf(part, name.start()) + ": " + name.group() + " " + fault);
            }
        }
    }

    private static int lineOf(Part part, int offset) {
        return part.line() + (int) part.text().substring(0, offset).chars().filter(each -> each == '\n').count();
    }

    private void composeServices(Part part, List<String> faults) {
        Matcher command = COMPOSE.matcher(part.text());
        while (command.find()) {
            List<String> names = new ArrayList<>();
            boolean value = false;
            for (String word : command.group(2).strip().split("\\s+")) {
                if (!value && !word.isEmpty() && !word.startsWith("-")) {
                    names.add(word);
                }
                value = WITH_VALUE.contains(word);
            }
            // What follows the service is the command that it runs.
            boolean runs = command.group(1).matches("run|exec|port");
            names.stream()
                    .limit(runs ? 1 : names.size())
                    .filter(each -> !services.contains(each))
                    .forEach(each -> faults
                            .add("line " + lineOf(part, command.start()) + ": " + each + " is no service of compose"));
        }
    }

    private void messages(Part part, List<String> faults) {
        Matcher message = MESSAGE.matcher(part.text());
        while (message.find()) {
            if (!messages.contains(message.group(1))) {
                faults.add("line " + lineOf(part, message.start()) + ": no log line says \"" + message.group(1) + "\"");
            }
        }
    }

    private void links(RunbookText runbook, List<String> faults) {
        Matcher link = Pattern.compile("\\]\\(([^)\\s]+)\\)").matcher(runbook.prose());
        Set<String> anchors = runbook.anchors();
        while (link.find()) {
            String target = link.group(1);
            boolean there = target.startsWith("#")
                    ? anchors.contains(target.substring(1))
                    : target.startsWith("http") || files.test(Path.of("docs")
                            .resolve(target.replaceFirst("#.*", ""))
                            .normalize()
                            .toString());
            if (!there) {
                faults.add("line " + lineOf(new Part(1, runbook.text()), link.start()) + ": a link to " + target
                        + ", which is not there");
            }
        }
    }

    private static Set<String> all(String expression, String text) {
        Set<String> all = new TreeSet<>();
        Pattern.compile(expression).matcher(text).results().forEach(each -> all.add(each.group()));
        return all;
    }
}
