package dev.falcon.proving.drills;

import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A command block of the runbook that is run.
 *
 * @param line where its fence stands
 * @param incident the section that it belongs to; empty in a general section
 * @param within for how long it is repeated until it shows what is expected; null: it is run once
 * @param patch whether its text is an edit of {@code .env} and no command
 */
record Step(int line, String incident, Phase phase, @Nullable Duration within, boolean patch,
        List<Expectation> expectations, String text) {

    /** When a step is run. */
    enum Phase {
        DIAGNOSIS, RESOLUTION, VERIFICATION,
        /** Once in every session, on the healthy stack. */
        HEALTHY
    }

    private static final Pattern ENDLESS = Pattern.compile("(^|[|;&(]\\s*|\\btimeout \\S+ )watch\\b"
            + "|\\b(logs|tail|journalctl)\\b[^|;\\n]*\\s(-f|-F|--follow)\\b|^\\s*make (\\w+=\\S+ )*logs(?![\\w-])",
            Pattern.MULTILINE);

    boolean isFor(String cause) {
        return expectations.stream().anyMatch(each -> each.isFor(cause));
    }

    List<Expectation> expectationsOf(String cause) {
        return expectations.stream().filter(each -> each.isFor(cause)).toList();
    }

    /** Whether it goes on until somebody ends it, as a person does who has seen enough. */
    boolean isEndless() {
        return !patch && ENDLESS.matcher(text).find();
    }

    /** The first line that says something, to be told apart by. */
    String title() {
        return text.lines()
                .filter(each -> !each.isBlank() && !each.strip().startsWith("#"))
                .findFirst()
                .orElse("(empty)")
                .strip();
    }
}
