package dev.falcon.proving.deploy;

import dev.falcon.proving.deploy.RunbookText.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether what the runbook says for Kubernetes speaks of what deploy/kubernetes defines. No cluster is there to run it, so verbs
 * and flags are a closed list.
 */
final class Twins {

    private static final Pattern BLOCK = Pattern.compile("(?m)^ *<!-- kubernetes -->\\n *```bash\\n(?s:(.*?))^ *```$");
    private static final Pattern WORD = Pattern.compile("'[^']*'|\"[^\"]*\"|\\S+");
    private static final Map<String, Set<String>> FLAGS = Map.ofEntries(
            Map.entry("get", Set.of("-l", "-o", "--sort-by")),
            Map.entry("describe", Set.of("-l")),
            Map.entry("logs", Set.of("-c", "-l", "-f", "--since", "--tail", "--previous", "--prefix", "--timestamps")),
            Map.entry("exec", Set.of("-c", "-i", "-t")), Map.entry("top", Set.of("-l", "--containers")),
            Map.entry("delete", Set.of("-l")), Map.entry("scale", Set.of("--replicas")),
            Map.entry("apply", Set.of("-k")), Map.entry("rollout status", Set.of("--timeout")),
            Map.entry("rollout history", Set.of("--revision")), Map.entry("rollout restart", Set.of()),
            Map.entry("rollout undo", Set.of("--to-revision")), Map.entry("set env", Set.of("-c")),
            Map.entry("set image", Set.of()), Map.entry("set resources", Set.of("-c", "--limits", "--requests")),
            Map.entry("patch", Set.of("--type", "-p")));
    private static final Set<String> WITH_VALUE = Set.of("-l", "-o", "-c", "-k", "-n", "-p", "--type");
    private static final Map<String, String> KINDS = Map.ofEntries(Map.entry("deployment", "Deployment"),
            Map.entry("service", "Service"), Map.entry("endpoints", "Service"),
            Map.entry("hpa", "HorizontalPodAutoscaler"), Map.entry("pdb", "PodDisruptionBudget"),
            Map.entry("networkpolicy", "NetworkPolicy"), Map.entry("configmap", "ConfigMap"));
    /** Their objects are not in our files, so they go without a name. */
    private static final Set<String> NAMELESS = Set.of("pods", "pod", "events", "nodes", "pvc", "secrets");

    private final Fleet fleet;
    private final Predicate<String> settings;
    private final Predicate<String> files;
    private final String everything;
    private final List<String> faults = new ArrayList<>();

    private Twins(Fleet fleet, Predicate<String> settings, Predicate<String> files) {
        this.fleet = fleet;
        this.settings = settings;
        this.files = files;
        everything = fleet.objects().toString();
    }

    static List<String> faults(RunbookText runbook, Fleet fleet, Predicate<String> settings, Predicate<String> files) {
        Twins twins = new Twins(fleet, settings, files);
        Matcher block = BLOCK.matcher(runbook.text());
        while (block.find()) {
            int line =
                    (int) runbook.text().substring(0, block.start(1)).chars().filter(each -> each == '\n').count() + 1;
            String joined = block.group(1).replace("\\\n", " ");
            int offset = 0;
            for (String command : joined.split("\n", -1)) {
                twins.command(new Part(line + offset++, command.strip()));
            }
        }
        return twins.faults;
    }

    private void fault(Part command, String fault) {
        faults.add("line " + command.line() + ": " + fault + " in: " + command.text());
    }

    private void command(Part command) {
        if (command.text().isEmpty() || command.text().startsWith("#")) {
            return;
        }
        List<String> words = new ArrayList<>();
        WORD.matcher(command.text())
                .results()
                .map(each -> each.group())
                .takeWhile(each -> !each.equals("|"))
                .forEach(words::add);
        if (!words.removeFirst().equals("kubectl")) {
            fault(command, "no kubectl");
            return;
        }
        String namespace = "";
        if (words.size() > 2 && words.getFirst().equals("-n")) {
            namespace = words.get(1);
            words.subList(0, 2).clear();
            if (!everything.contains("kubernetes.io/metadata.name=" + namespace)
                    && !fleet.has("Namespace", namespace)) {
                fault(command, "unknown namespace " + namespace);
            }
        }
        String verb = words.removeFirst();
        if (verb.equals("rollout") || verb.equals("set")) {
            verb += " " + words.removeFirst();
        }
        Set<String> flags = FLAGS.get(verb);
        if (flags == null) {
            fault(command, "unknown verb " + verb);
        } else {
            arguments(command, new Verb(verb, namespace, flags), words);
        }
    }

    private record Verb(String name, String namespace, Set<String> flags) {}

    private void arguments(Part command, Verb verb, List<String> words) {
        List<String> targets = new ArrayList<>();
        for (int i = 0; i < words.size() && !words.get(i).equals("--"); i++) {
            String word = words.get(i);
            if (!word.startsWith("-")) {
                targets.add(word);
                continue;
            }
            String flag = word.replaceFirst("=.*", "");
            if (!verb.flags().contains(flag)) {
                fault(command, "unknown flag " + flag);
            }
            if (WITH_VALUE.contains(flag) && i + 1 < words.size()) {
                value(command, flag, words.get(++i));
            }
        }
        if (!verb.name().equals("apply")) {
            target(command, verb, targets);
        }
    }

    private void value(Part command, String flag, String value) {
        boolean there = switch (flag) {
            case "-c" ->
                    fleet.pod().at("spec", "containers").items().stream().anyMatch(each -> each.at("name").is(value));
            case "-l" -> everything.contains(value.replaceFirst("=.*", "") + "=" + value.replaceFirst(".*=", ""));
            case "-k" -> files.test(value);
            default -> true;
        };
        if (!there) {
            fault(command, "unknown " + value);
        }
    }

    /** KIND, KIND NAME or KIND/NAME; then, for {@code set}, what is set. */
    private void target(Part command, Verb verb, List<String> targets) {
        if (targets.isEmpty()) {
            if (!verb.name().equals("logs")) {
                fault(command, "no object");
            }
            return;
        }
        String kind = targets.getFirst().replaceFirst("/.*", "");
        boolean slash = targets.getFirst().contains("/");
        String name = slash ? targets.getFirst().replaceFirst(".*/", "") : targets.size() > 1 ? targets.get(1) : "";
        boolean set = verb.name().startsWith("set ");
        if (NAMELESS.contains(kind)) {
            if (!name.isEmpty()) {
                fault(command, "a name of " + kind + " that nobody can know");
            }
        } else if (!KINDS.containsKey(kind)) {
            fault(command, "unknown kind " + kind);
        } else if (!name.isEmpty() && !isThere(KINDS.get(kind), name, verb.namespace())) {
            fault(command, "no " + kind + " " + name);
        }
        for (String rest : targets.subList(slash ? 1 : Math.min(2, targets.size()), targets.size())) {
            if (!set || !rest.contains("=")
                    || (verb.name().equals("set env") && !settings.test(rest.replaceFirst("=.*", "")))) {
                fault(command, "unknown " + rest);
            }
        }
    }

    /** Ours by their names; those of another namespace by the addresses that the workers are given. */
    private boolean isThere(String kind, String name, String namespace) {
        return fleet.has("Namespace", namespace)
                ? fleet.has(kind, name)
                : kind.equals("Service") && everything.contains(name + "." + namespace + ".svc");
    }
}
