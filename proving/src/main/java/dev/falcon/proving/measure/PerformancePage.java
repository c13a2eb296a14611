package dev.falcon.proving.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Renders what was measured as Markdown. Pure. */
final class PerformancePage {

    private static final String HEAD = """
            # Performance

            Written by `bin/proving measure --write`; no number here is typed by hand. Each figure is the median of its
            rounds with the least and the greatest in brackets, and beside it the ratio to the row named as reference,
            taken round by round in the same run: rounds of all rows take turns, so the machine's moods hit all alike.
            Compare ratios, not absolute figures, with those of another machine. Workers serve `sentiment-linear` alone
            where a chapter does not name another model.
            """;

    private PerformancePage() {}

    /** The whole page, chapters in their own order; what was not measured is left out. */
    static String of(Results results) {
        StringBuilder page = new StringBuilder(HEAD);
        for (Chapter chapter : Chapter.ALL) {
            Section section = results.sections().get(chapter.id());
            if (section != null) {
                page.append('\n').append(of(chapter, section));
            }
        }
        return page.toString();
    }

    /** One chapter. */
    static String of(Chapter chapter, Section section) {
        Machine machine = section.machine();
        StringBuilder text = new StringBuilder("## ").append(chapter.title()).append("\n\n");
        if (section.quick()) {
            text.append("**A quick run: it shows that the command works, and its figures mean nothing.**\n\n");
        }
        text.append(chapter.what()).append("\n\n").append(table(chapter, section));
        text.append("\nWhat it does not show: ").append(chapter.limits()).append("\n\n");
        text.append(String.format(Locale.ROOT, """
                Taken %s, %d rounds, by `%s` on %d cores of %s, %,d MiB, %s, JDK %s; load average before: %.2f.
                """, section.taken(), section.rounds(), section.command(), machine.cores(), machine.processor(),
                machine.memoryMib(), machine.kernel(), machine.jdk(), machine.loadBefore()));
        return text.toString();
    }

    private static String table(Chapter chapter, Section section) {
        boolean compared = section.rows().stream().anyMatch(row -> row.reference() != null);
        List<String> titles = new ArrayList<>(List.of(""));
        for (Column column : chapter.columns()) {
            titles.add(column.title());
            if (compared && column.compared()) {
                titles.add("ratio");
            }
        }
        StringBuilder table = new StringBuilder(line(titles));
        table.append("|---|").append("---:|".repeat(titles.size() - 1)).append('\n');
        for (Row row : section.rows()) {
            List<String> cells = new ArrayList<>(List.of(row.name()));
            for (Column column : chapter.columns()) {
                cells.add(figure(row, column));
                if (compared && column.compared()) {
                    cells.add(ratio(row, section, column));
                }
            }
            table.append(line(cells));
        }
        return table.toString();
    }

    private static String line(List<String> cells) {
        return "| " + String.join(" | ", cells) + " |\n";
    }

    private static String figure(Row row, Column column) {
        List<Double> rounds = row.figures().get(column.key());
        return rounds == null ? "–" : shown(Spread.of(rounds), column.decimals());
    }

    private static String ratio(Row row, Section section, Column column) {
        List<Double> rounds = row.figures().get(column.key());
        if (row.reference() == null || rounds == null) {
            return "–";
        }
        List<Double> reference = section.row(row.reference()).figures().get(column.key());
        return reference == null ? "–" : shown(Spread.ofRatios(rounds, reference), 2);
    }

    private static String shown(Spread spread, int decimals) {
        String number = "%,." + decimals + "f";
        return String.format(Locale.ROOT, number + " (" + number + "–" + number + ")", spread.median(), spread.min(),
                spread.max());
    }
}
