package dev.falcon.proving.drills;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * What earlier runs of the same day found of drills that the present one left out, as it stands on their page. Pure.
 *
 * @param rows cells of the table's lines
 * @param remarks lines below the table
 */
record EarlierRows(List<List<String>> rows, List<String> remarks) {

    static final String SKIPPED = "SKIPPED";

    private static final int NAME = 1;
    private static final int VERDICT = 2;

    static EarlierRows none() {
        return new EarlierRows(List.of(), List.of());
    }

    /** @param drilledNow names of drills whose earlier rows are out of date */
    static EarlierRows of(String page, Set<String> drilledNow) {
        List<List<String>> all = page.lines()
                .filter(line -> line.startsWith("| ") && !line.startsWith("| incident "))
                .map(line -> Arrays.stream(line.substring(1).split("\\|")).map(String::strip).toList())
                .toList();
        List<String> names = all.stream()
                .map(row -> row.get(NAME))
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList();
        List<List<String>> kept = all.stream()
                .filter(row -> !row.get(VERDICT).equals(SKIPPED) && !drilledNow.contains(row.get(NAME)))
                .toList();
        Set<String> keptNames = Set.copyOf(kept.stream().map(row -> row.get(NAME)).toList());
        List<String> remarks = new ArrayList<>();
        page.lines()
                .filter(line -> line.startsWith("- "))
                .forEach(line -> names.stream()
                        .filter(name -> line.startsWith("- " + name + " ") || line.startsWith("- " + name + ","))
                        .findFirst()
                        .filter(keptNames::contains)
                        .ifPresent(name -> remarks.add(line)));
        return new EarlierRows(kept, List.copyOf(remarks));
    }

    /** Of the table's lines, how many tell of a drill with this beginning of a verdict. */
    static long count(List<List<String>> rows, String verdict) {
        return rows.stream().filter(row -> row.get(VERDICT).startsWith(verdict)).count();
    }

    /** The drill that a line of the table tells of. */
    static String name(List<String> row) {
        return row.get(NAME);
    }
}
