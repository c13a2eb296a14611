package dev.falcon.proving.drills;

import java.util.Map;
import java.util.Set;

/**
 * One way in which an incident of the runbook comes about. What is done is bash, run in the drill's copy of the checkout.
 *
 * @param name unique, as the runbook's expectations name it
 * @param incident the section of the runbook, as its marker names it
 * @param condition done to the healthy stack before the watch for silence; empty for nothing
 * @param fault the fault itself; returns at once, and what goes on after it runs in the background or in containers with
 *        the label {@code falcon.drill}
 * @param alert must fire, with these labels at least
 * @param mayFire names of further alerts that this fault explains; any other one fails the drill
 * @param clients what the contract lets clients see
 * @param rows what the contract lets the inference log lose
 * @param healsItself whether the system ends the incident without anybody: the runbook then says so and only watches
 * @param distinctTexts how many texts the load asks in turn, over and over; 0: every text is new
 * @param cleanUp done after the drill has been judged, for what the reset of the stack (settings, models, containers)
 *        does not undo; empty for nothing
 */
public record Cause(String name, String incident, String condition, String fault, Alert alert, Set<String> mayFire,
        Clients clients, Rows rows, boolean healsItself, int distinctTexts, String cleanUp) {

    /** An alert by name, with labels that it must carry. */
    public record Alert(String name, Map<String, String> labels) {}

    /** What becomes of requests during a drill, beyond answers. */
    public enum Clients {
        /** Every request is answered with a 200. */
        NOTHING,
        /** Some are refused with 429 or 503 and Retry-After; none is lost. */
        REFUSALS,
        /** Some get a 500 or 504; none is left without a whole answer. */
        ERRORS,
        /** Nobody can be reached for a while. */
        OUTAGE
    }

    /** What becomes of the records of answered requests. */
    public enum Rows {
        /** Each 200 has exactly one row. */
        EXACT,
        /** As many may be missing as a worker answers within the 200 ms before a kill. */
        KILLED,
        /** As many are missing as {@code dropped_logs_total} has counted. */
        DROPPED
    }

    /** A cause of an incident, with nothing else said yet: clients see nothing and every answer has its row. */
    public static Cause of(String incident, String name) {
        return new Cause(name, incident, "", "", new Alert("", Map.of()), Set.of(), Clients.NOTHING, Rows.EXACT, false,
                0,
                "");
    }

    public Cause given(String bash) {
        return new Cause(name, incident, bash, fault, alert, mayFire, clients, rows, healsItself, distinctTexts,
                cleanUp);
    }

    public Cause by(String bash) {
        return new Cause(name, incident, condition, bash, alert, mayFire, clients, rows, healsItself, distinctTexts,
                cleanUp);
    }

    public Cause firing(String alertName, Map<String, String> labels) {
        return new Cause(name, incident, condition, fault, new Alert(alertName, labels), mayFire, clients, rows,
                healsItself, distinctTexts, cleanUp);
    }

    public Cause mayFire(String... alerts) {
        return new Cause(name, incident, condition, fault, alert, Set.of(alerts), clients, rows, healsItself,
                distinctTexts,
                cleanUp);
    }

    public Cause clientsSee(Clients allowed) {
        return new Cause(name, incident, condition, fault, alert, mayFire, allowed, rows, healsItself, distinctTexts,
                cleanUp);
    }

    public Cause rows(Rows allowed) {
        return new Cause(name, incident, condition, fault, alert, mayFire, clients, allowed, healsItself, distinctTexts,
                cleanUp);
    }

    public Cause healing() {
        return new Cause(name, incident, condition, fault, alert, mayFire, clients, rows, true, distinctTexts, cleanUp);
    }

    public Cause asking(int texts) {
        return new Cause(name, incident, condition, fault, alert, mayFire, clients, rows, healsItself, texts, cleanUp);
    }

    public Cause cleanedUpBy(String bash) {
        return new Cause(name, incident, condition, fault, alert, mayFire, clients, rows, healsItself, distinctTexts,
                bash);
    }
}
