package dev.falcon.proving.measure;

import java.util.List;

/**
 * The figures of one chapter, all from one run.
 *
 * @param taken when, in UTC
 * @param command with what
 * @param rounds how often each was measured
 * @param quick whether it only proved that the command works
 */
public record Section(String taken, String command, Machine machine, int rounds, boolean quick, List<Row> rows) {

    /** The row of that name. */
    public Row row(String name) {
        return rows.stream()
                .filter(row -> row.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no row " + name));
    }
}
