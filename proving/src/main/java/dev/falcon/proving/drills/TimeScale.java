package dev.falcon.proving.drills;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongUnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Makes the time of alerts and of waiting shorter by one factor, so that a drill takes minutes. Of a rule file that is every
 * window, offset, {@code for} and {@code interval}; expressions and thresholds stay as they are. Stateless.
 */
final class TimeScale {

    /** By which everything is divided. */
    static final int FACTOR = 10;

    private static final String TIME = "(\\d+(?:s|m|h|d|w))";
    private static final Pattern OF_RULES = Pattern.compile("(?<=\\[|:)" + TIME + "(?=\\]|:" + TIME + "\\])"
            + "|(?<=\\boffset )" + TIME + "|(?<=^ {1,12}(?:for|interval|keep_firing_for): )" + TIME + "(?=$|\\s)",
            Pattern.MULTILINE);
    /** What people read is left alone. */
    private static final Pattern PROSE = Pattern.compile("^\\s*(#|summary:|description:|runbook_url:).*");
    private static final Pattern OF_SCRAPES = Pattern
            .compile("(?<=^ {2}(?:scrape_interval|scrape_timeout|evaluation_interval): )" + TIME, Pattern.MULTILINE);
    private static final Pattern SLEEP = Pattern.compile("(?<=\\bsleep )(\\d+(?:\\.\\d+)?)(?=s?(?:\\s|$|[;&|)]))");
    private static final String EVERY_SECOND = "1s";
    private static final List<Unit> UNITS = List.of(new Unit('w', 604_800), new Unit('d', 86_400),
            new Unit('h', 3_600), new Unit('m', 60), new Unit('s', 1));

    private record Unit(char letter, long seconds) {}

    private TimeScale() {}

    /** A rule file with all its times divided. */
    static String shortened(String rules) {
        return scaled(rules, seconds -> {
            if (seconds % FACTOR != 0) {
                throw new IllegalArgumentException(seconds + " s cannot be divided by " + FACTOR);
            }
            return seconds / FACTOR;
        });
    }

    /** The way back: what {@link #shortened} made of it. */
    static String lengthened(String rules) {
        return scaled(rules, seconds -> seconds * FACTOR);
    }

    private static String scaled(String rules, LongUnaryOperator change) {
        StringBuilder scaled = new StringBuilder();
        for (String line : rules.split("(?<=\n)", -1)) {
            scaled.append(PROSE.matcher(line.stripTrailing()).matches() ? line
                    : OF_RULES.matcher(line)
                            .replaceAll(time -> text(change.applyAsLong(seconds(time.group())))));
        }
        return scaled.toString();
    }

    /** The configuration of Prometheus, which then looks every second. */
    static String everySecond(String configuration) {
        return OF_SCRAPES.matcher(configuration).replaceAll(EVERY_SECOND);
    }

    /** A command whose sleeps are shorter. */
    static String impatient(String bash) {
        return SLEEP.matcher(bash).replaceAll(time -> {
            double seconds = Double.parseDouble(time.group()) / FACTOR;
            return seconds == Math.rint(seconds) ? Long.toString((long) seconds) : Double.toString(seconds);
        });
    }

    /** Copies the files of Prometheus, in place where they exist, so that a container that has them mounted sees it. */
    static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to.resolve("rules"));
        Files.writeString(to.resolve("prometheus.yml"), everySecond(Files.readString(from.resolve("prometheus.yml"))));
        try (Stream<Path> rules = Files.list(from.resolve("rules"))) {
            for (Path file : rules.sorted().toList()) {
                Files.writeString(to.resolve("rules").resolve(file.getFileName()), shortened(Files.readString(file)));
            }
        }
    }

    /** How far back from now the rules of an alert look, in these files' time; 0 where they compare with no earlier time. */
    static long offsetSeconds(String rules, String alert) {
        long longest = 0;
        Matcher rule = Pattern.compile("- alert: " + Pattern.quote(alert) + "\\n(.*?)(?=\\n *- |\\n *annotations:|\\z)",
                Pattern.DOTALL).matcher(rules);
        while (rule.find()) {
            Matcher offset = Pattern.compile("\\boffset " + TIME).matcher(rule.group(1));
            while (offset.find()) {
                longest = Math.max(longest, seconds(offset.group(1)));
            }
        }
        return longest;
    }

    private static long seconds(String time) {
        char letter = time.charAt(time.length() - 1);
        long count = Long.parseLong(time.substring(0, time.length() - 1));
        return UNITS.stream().filter(each -> each.letter() == letter).findFirst().orElseThrow().seconds() * count;
    }

    private static String text(long seconds) {
        Unit unit = UNITS.stream().filter(each -> seconds % each.seconds() == 0).findFirst().orElseThrow();
        return seconds / unit.seconds() + String.valueOf(unit.letter());
    }
}
