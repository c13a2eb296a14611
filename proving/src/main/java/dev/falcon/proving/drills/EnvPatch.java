package dev.falcon.proving.drills;

import java.util.ArrayList;
import java.util.List;

/** Edits of {@code .env}, as the runbook shows them: lines with a minus go, lines with a plus come. Stateless. */
final class EnvPatch {

    private EnvPatch() {}

    /** What is wrong with the text of an edit. */
    static List<String> faults(String patch) {
        List<String> faults = new ArrayList<>();
        patch.lines()
                .filter(each -> !each.isBlank() && !each.matches("[-+][A-Z][A-Z0-9_]*=.*"))
                .forEach(each -> faults.add("\"" + each + "\" is no -NAME=value or +NAME=value"));
        return faults;
    }

    /**
     * The edited text. A line that comes without one that goes replaces any line of its name.
     *
     * @throws IllegalArgumentException if a line that should go is not there
     */
    static String apply(String env, String patch) {
        List<String> lines = new ArrayList<>(env.lines().toList());
        List<String> edits = patch.lines().filter(each -> !each.isBlank()).toList();
        for (String edit : edits) {
            String line = edit.substring(1);
            if (edit.startsWith("-") && !lines.remove(line)) {
                throw new IllegalArgumentException(".env has no line " + line);
            }
        }
        for (String edit : edits) {
            if (edit.startsWith("+")) {
                String line = edit.substring(1);
                String name = line.substring(0, line.indexOf('=') + 1);
                lines.removeIf(each -> each.startsWith(name));
                lines.add(line);
            }
        }
        return String.join("\n", lines) + "\n";
    }
}
