package dev.falcon.proving.drills;

import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a command of the runbook must show.
 *
 * @param line where it stands in the runbook
 * @param causes those for which it is expected; {@value #EVERY} stands for all of the incident
 * @param wanted a regular expression, or an exit status
 */
record Expectation(int line, Set<String> causes, How how, String wanted) {

    static final String EVERY = "*";

    /** How the wanted is looked for. */
    enum How {
        /** The expression is found in what the command said. */
        FOUND,
        /** It is not. */
        NOT_FOUND,
        /** The command ends with this status. */
        STATUS
    }

    boolean isFor(String cause) {
        return causes.contains(cause) || causes.contains(EVERY);
    }

    boolean holds(Outcome outcome) {
        return switch (how) {
            case FOUND -> found(outcome.output());
            case NOT_FOUND -> !found(outcome.output());
            case STATUS -> outcome.status() == Integer.parseInt(wanted);
        };
    }

    /** Whether nothing that the command may still say can undo it. */
    boolean isSettledBy(String output) {
        return how == How.FOUND && found(output);
    }

    private boolean found(String output) {
        return Pattern.compile(wanted, Pattern.MULTILINE).matcher(output).find();
    }

    /** As a sentence, for whoever reads why a drill failed. */
    String sentence() {
        return switch (how) {
            case FOUND -> "/" + wanted + "/ is found";
            case NOT_FOUND -> "/" + wanted + "/ is not found";
            case STATUS -> "the exit status is " + wanted;
        };
    }
}
