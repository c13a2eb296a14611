package dev.falcon.proving.drills;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A table in Markdown whose cells stand below each other. Stateless. */
final class Columns {

    private Columns() {}

    /** @param rows of equal length; the first one is the heading */
    static String aligned(List<List<String>> rows) {
        List<Integer> widths = new ArrayList<>();
        for (int column = 0; column < rows.getFirst().size(); column++) {
            int at = column;
            widths.add(rows.stream().mapToInt(row -> row.get(at).length()).max().orElse(0));
        }
        List<String> lines = new ArrayList<>(rows.stream().map(row -> line(row, widths)).toList());
        lines.add(1, widths.stream().map(width -> "-".repeat(width + 2)).collect(Collectors.joining("|", "|", "|")));
        return String.join("\n", lines);
    }

    private static String line(List<String> cells, List<Integer> widths) {
        StringBuilder line = new StringBuilder("|");
        for (int i = 0; i < cells.size(); i++) {
            String cell = cells.get(i);
            boolean number = cell.matches("[\\d./ -]*");
            String gap = " ".repeat(widths.get(i) - cell.length());
            line.append(' ').append(number ? gap + cell : cell + gap).append(" |");
        }
        return line.toString();
    }
}
