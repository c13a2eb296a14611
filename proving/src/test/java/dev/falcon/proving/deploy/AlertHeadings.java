package dev.falcon.proving.deploy;

import dev.falcon.proving.deploy.RunbookText.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Whether the runbook has a heading with text under it for each alert, and none for what is no alert. Pure. */
final class AlertHeadings {

    private static final String SECTION = "Alerts";

    private AlertHeadings() {}

    /** Names of all alerts of a rule file. */
    static Set<String> alerts(Node rules) {
        Set<String> alerts = new TreeSet<>();
        for (Node group : rules.at("groups").items()) {
            group.at("rules")
                    .items()
                    .stream()
                    .map(each -> each.at("alert").text())
                    .filter(each -> !each.isEmpty())
                    .forEach(alerts::add);
        }
        return alerts;
    }

    static List<String> faults(RunbookText runbook, Set<String> alerts) {
        List<String> faults = new ArrayList<>();
        List<String> lines = runbook.prose().lines().toList();
        Set<String> missing = new TreeSet<>(alerts);
        boolean inside = false;
        for (Part heading : runbook.headings()) {
            String line = lines.get(heading.line() - 1);
            if (line.startsWith("## ")) {
                inside = heading.text().equals(SECTION);
            } else if (inside && line.startsWith("### ")) {
                if (!alerts.contains(heading.text())) {
                    faults.add("line " + heading.line() + ": " + heading.text() + " is no alert");
                } else if (!missing.remove(heading.text())) {
                    faults.add("line " + heading.line() + ": " + heading.text() + " has two headings");
                } else if (!saysSomething(lines, heading.line())) {
                    faults.add("line " + heading.line() + ": nothing stands under " + heading.text());
                }
            }
        }
        missing.forEach(each -> faults.add(each + " has no heading under " + SECTION));
        return faults;
    }

    private static boolean saysSomething(List<String> lines, int from) {
        for (int i = from; i < lines.size() && !lines.get(i).startsWith("#"); i++) {
            if (!lines.get(i).isBlank()) {
                return true;
            }
        }
        return false;
    }
}
