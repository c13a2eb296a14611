package dev.falcon.proving.drills;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Reads the runbook: Markdown whose command blocks have a comment right above them that says how they are run.
 *
 * <pre>
 * &lt;!-- incident ID --&gt;                       above a level-2 heading: the section of an incident
 * &lt;!-- diagnosis [within=90s]               also resolution, verification; then one expectation a line
 * CAUSE, CAUSE: EXPRESSION                  is found in what the command says; * for every cause of the incident
 * CAUSE! EXPRESSION                         is not found
 * CAUSE= 1                                  the exit status
 * --&gt;
 * &lt;!-- resolution patch=.env                above a diff: an edit of .env
 * &lt;!-- healthy                              run once on the healthy stack
 * &lt;!-- people: browser --&gt;                  for people only
 * &lt;!-- kubernetes --&gt;                       for a cluster; looked at, not run
 * </pre>
 *
 * For use by one thread, once.
 */
final class RunbookReader {

    /** What only people can do; the systemd service has a check of its own, scripts/check-systemd.sh. */
    static final Set<String> PEOPLE_ONLY = Set.of("browser", "escalation", "approval", "systemd host");
    /** Languages of blocks that show something and are no commands. */
    private static final Set<String> SAMPLES = Set.of("text", "json", "yaml");

    private static final Pattern FENCE = Pattern.compile("^( *)(`{3,}|~{3,})\\s*(\\S*)\\s*$");
    private static final Pattern HEADING = Pattern.compile("^(#{1,6}) +(.+?)\\s*$");
    private static final Pattern INCIDENT = Pattern.compile("^incident ([a-z0-9-]+)$");
    private static final Pattern HEAD = Pattern
            .compile("^(diagnosis|resolution|verification|healthy)((?: (?:within=\\d+s|patch=\\.env))*)$");
    private static final Pattern WITHIN = Pattern.compile("within=(\\d+)s");
    private static final Pattern EXPECTATION = Pattern
            .compile("^(\\*|[a-z0-9-]+(?:\\s*,\\s*[a-z0-9-]+)*)\\s*([:!=])(.*)$");

    private final List<String> lines;
    private final List<Runbook.Incident> incidents = new ArrayList<>();
    private final List<Step> steps = new ArrayList<>();
    private final List<Runbook.Unrun> unrun = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();
    private int at;
    private String incident = "";
    private @Nullable Comment above;

    /**
     * A comment; lines count from 0.
     *
     * @param line its first one
     * @param ends its last one
     */
    private record Comment(int line, int ends, List<String> lines) {
        String first() {
            return lines.isEmpty() ? "" : lines.getFirst();
        }

        boolean marksCommands() {
            return first().startsWith("people:") || first().equals("kubernetes")
                    || first().matches("(diagnosis|resolution|verification|healthy)( .*)?");
        }
    }

    private RunbookReader(String text) {
        lines = text.lines().toList();
    }

    static Runbook read(String text) throws MalformedRunbook {
        RunbookReader reader = new RunbookReader(text);
        reader.readAll();
        if (!reader.faults.isEmpty()) {
            throw new MalformedRunbook(reader.faults);
        }
        return new Runbook(List.copyOf(reader.incidents), List.copyOf(reader.steps), List.copyOf(reader.unrun));
    }

    private void fault(int line, String reason) {
        faults.add("line " + (line + 1) + ": " + reason);
    }

    private void readAll() {
        for (at = 0; at < lines.size(); at++) {
            String line = lines.get(at);
            Matcher fence = FENCE.matcher(line);
            Matcher heading = HEADING.matcher(line);
            if (line.strip().startsWith("<!--")) {
                leaveComment();
                above = comment();
            } else if (fence.matches()) {
                block(fence);
            } else {
                if (heading.matches() && heading.group(1).length() == 2) {
                    section(heading.group(2));
                }
                leaveComment();
            }
        }
        leaveComment();
    }

    /** A comment that says how a block is run, above something else, is a mistake. */
    private void leaveComment() {
        if (above != null && above.marksCommands()) {
            fault(above.line(), "no fence of a command block stands right below this comment");
        }
        above = null;
    }

    private Comment comment() {
        int first = at;
        List<String> said = new ArrayList<>();
        for (; at < lines.size(); at++) {
            String line = lines.get(at);
            boolean ends = line.contains("-->");
            said.add((ends ? line.substring(0, line.indexOf("-->")) : line).replaceFirst("^\\s*<!--", "").strip());
            if (ends) {
                break;
            }
        }
        if (at == lines.size()) {
            fault(first, "this comment does not end");
        }
        return new Comment(first, at, said);
    }

    private void section(String title) {
        Matcher marked = INCIDENT.matcher(above != null && above.ends() == at - 1 ? above.first() : "");
        incident = marked.matches() ? marked.group(1) : "";
        if (!incident.isEmpty()) {
            String id = incident;
            if (incidents.stream().anyMatch(each -> each.id().equals(id))) {
                fault(at, "incident " + id + " has a section already");
            }
            incidents.add(new Runbook.Incident(id, title, at + 1));
        }
    }

    private void block(Matcher fence) {
        int opened = at;
        String language = fence.group(3);
        String text = content(fence.group(1).length(), fence.group(2));
        Comment comment = above;
        above = null;
        if (comment == null || comment.ends() != opened - 1 || !comment.marksCommands()) {
            if (!SAMPLES.contains(language)) {
                fault(opened, "a block of " + (language.isEmpty() ? "no language" : language)
                        + " needs a comment right above it that says how it is run; only "
                        + SAMPLES.stream().sorted().toList()
                        + " needs none");
            }
        } else if (comment.first().equals("kubernetes")) {
            expectLanguage(opened, "bash", language);
            unrun.add(new Runbook.Unrun(opened + 1, incident, comment.first(), text));
        } else if (comment.first().startsWith("people:")) {
            String why = comment.first().substring("people:".length()).strip();
            if (!PEOPLE_ONLY.contains(why)) {
                fault(comment.line(), "\"" + why + "\" is none of what only people can do: "
                        + PEOPLE_ONLY.stream().sorted().toList());
            }
            unrun.add(new Runbook.Unrun(opened + 1, incident, comment.first(), text));
        } else {
            step(opened, comment, language, text);
        }
    }

    private String content(int indentation, String fence) {
        int opened = at;
        List<String> content = new ArrayList<>();
        for (at++; at < lines.size(); at++) {
            String line = lines.get(at);
            if (line.strip().matches(Pattern.quote(fence) + "+") || line.strip().equals(fence)) {
                return content.isEmpty() ? "" : String.join("\n", content) + "\n";
            }
            int blanks = line.length() - line.stripLeading().length();
            content.add(line.substring(Math.min(indentation, blanks)));
        }
        fault(opened, "this block does not end");
        return "";
    }

    private void step(int opened, Comment comment, String language, String text) {
        Matcher head = HEAD.matcher(comment.first());
        if (!head.matches()) {
            fault(comment.line(), "\"" + comment.first() + "\" is no PHASE [within=SECONDSs] [patch=.env]");
            return;
        }
        Step.Phase phase = Step.Phase.valueOf(head.group(1).toUpperCase(java.util.Locale.ROOT));
        boolean patch = head.group(2).contains("patch=.env");
        expectLanguage(opened, patch ? "diff" : "bash", language);
        if (incident.isEmpty() && phase != Step.Phase.HEALTHY) {
            fault(comment.line(), "a step of a " + head.group(1) + " outside of an incident");
        }
        if (patch) {
            EnvPatch.faults(text).forEach(each -> fault(opened, each));
        }
        Matcher within = WITHIN.matcher(head.group(2));
        Duration limit = within.find() ? Duration.ofSeconds(Long.parseLong(within.group(1))) : null;
        List<Expectation> expectations = expectations(comment);
        if (expectations.isEmpty()) {
            fault(comment.line(), "nothing is expected of this block, so it runs for no cause");
        }
        steps.add(new Step(opened + 1, incident, phase, limit, patch, expectations, text));
    }

    private void expectLanguage(int line, String expected, String language) {
        if (!language.equals(expected)) {
            fault(line, "this block must be " + expected + ", not \"" + language + "\"");
        }
    }

    private List<Expectation> expectations(Comment comment) {
        List<Expectation> expectations = new ArrayList<>();
        for (int i = 1; i < comment.lines().size(); i++) {
            String line = comment.lines().get(i);
            Matcher expectation = EXPECTATION.matcher(line);
            if (expectation.matches()) {
                expectation(comment.line() + i, expectation, expectations);
            } else if (!line.isEmpty()) {
                fault(comment.line() + i, "\"" + line + "\" is no CAUSES: EXPRESSION, CAUSES! EXPRESSION or CAUSES= N");
            }
        }
        return List.copyOf(expectations);
    }

    private void expectation(int line, Matcher match, List<Expectation> into) {
        Set<String> causes = new LinkedHashSet<>(List.of(match.group(1).split("\\s*,\\s*")));
        String wanted = match.group(3).strip();
        Expectation.How how = switch (match.group(2)) {
            case ":" -> Expectation.How.FOUND;
            case "!" -> Expectation.How.NOT_FOUND;
            default -> Expectation.How.STATUS;
        };
        if (how == Expectation.How.STATUS && !wanted.matches("\\d{1,3}")) {
            fault(line, "\"" + wanted + "\" is no exit status");
            return;
        }
        try {
            Pattern.compile(wanted);
        } catch (PatternSyntaxException e) {
            fault(line, "/" + wanted + "/ is no regular expression: " + e.getDescription());
            return;
        }
        into.add(new Expectation(line + 1, causes, how, wanted));
    }
}
