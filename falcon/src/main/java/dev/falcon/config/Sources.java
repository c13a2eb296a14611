package dev.falcon.config;

import dev.falcon.config.SettingsFaults.Fault;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where values come from: the environment, which wins, and an optional file of {@code NAME=value} lines. An empty value
 * counts as unset.
 */
public final class Sources {

    private static final String ENVIRONMENT = "environment";
    private static final long MAX_FILE_BYTES = 1_000_000;

    /** A value and where it was found. */
    record Found(String value, String source) {

        boolean isFromFile() {
            return !source.equals(ENVIRONMENT);
        }
    }

    private final Map<String, Found> values = new HashMap<>();
    private final List<Fault> faults = new ArrayList<>();

    /**
     * @param environment the process's environment
     * @param envFile lines of {@code NAME=value}; blank lines and those beginning with {@code #} are skipped, quotes around
     *        a value are taken off
     */
    public Sources(Map<String, String> environment, @Nullable Path envFile) {
        if (envFile != null) {
            readFile(envFile);
        }
        environment.forEach((name, value) -> {
            if (!value.isBlank()) {
                values.put(name, new Found(value, ENVIRONMENT));
            }
        });
    }

    private void readFile(Path file) {
        List<String> lines;
        try {
            if (Files.size(file) > MAX_FILE_BYTES) {
                faults.add(
                        new Fault("--env-file", "command line", file + " is longer than " + MAX_FILE_BYTES + " bytes"));
                return;
            }
            lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            faults.add(new Fault("--env-file", "command line", file + " " + Unreadable.because(file, e)));
            return;
        }
        for (int i = 0; i < lines.size(); i++) {
            readLine(lines.get(i).strip(), file + " line " + (i + 1));
        }
    }

    private void readLine(String line, String source) {
        if (line.isEmpty() || line.startsWith("#")) {
            return;
        }
        int equals = line.indexOf('=');
        String name = equals < 0 ? "" : line.substring(0, equals).strip();
        if (name.startsWith("export ")) {
            faults.add(new Fault("--env-file", source, "expected NAME=value, without export"));
            return;
        }
        if (!name.matches("[A-Za-z_][A-Za-z0-9_]*")) {
            faults.add(new Fault("--env-file", source, "expected NAME=value"));
            return;
        }
        String value = unquoted(line.substring(equals + 1).strip());
        if (!value.isBlank()) {
            values.put(name, new Found(value, source));
        }
    }

    private static String unquoted(String value) {
        boolean quoted = value.length() >= 2 && ((value.startsWith("\"") && value.endsWith("\""))
                || (value.startsWith("'") && value.endsWith("'")));
        return quoted ? value.substring(1, value.length() - 1) : value;
    }

    @Nullable
    Found find(String name) {
        return values.get(name);
    }

    /** Everything that is set, by name. */
    SortedMap<String, Found> all() {
        return new TreeMap<>(values);
    }

    List<Fault> faults() {
        return faults;
    }
}
