package dev.falcon.proving.soak;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The page and the plot of one run, as they are kept in the repository. */
record Report(List<Sample> samples, List<Measure.Verdict> verdicts, Map<String, Long> endings, long left,
        double seconds,
        String setup) {

    /** Writes {@code SOAK.md} and {@code performance/soak.svg} below a folder. */
    void write(Path docs) throws IOException {
        Files.createDirectories(docs.resolve("performance"));
        Files.writeString(docs.resolve("performance").resolve("soak.svg"), Plot.svg(samples));
        Files.writeString(docs.resolve("SOAK.md"), markdown());
    }

    String markdown() {
        StringBuilder page = new StringBuilder("# A long run\n\nWritten by `bin/proving soak`; do not edit.\n\n");
        page.append(setup).append("\n\n");
        page.append(String.format(Locale.ROOT,
                "%,d requests in %.0f s (%,.0f a second, collections for the samples included), and %,d clients that went"
                        + " away. How they ended: %s.%n%n",
                samples.getLast().requests(), seconds, samples.getLast().requests() / seconds, left, endings));
        page.append(
                "Growth is judged over the second half of the samples, by the median of the slopes between all pairs of"
                        + " them\n(Theil-Sen), which neither a sawtooth nor an outlier moves.\n\n"
                        + "| measure | median | trend over the half | allowed | a million requests | |\n"
                        + "|---|---|---|---|---|---|\n");
        for (Measure.Verdict verdict : verdicts) {
            page.append(String.format(Locale.ROOT, "| %s%s | %.1f | %+.2f | %.2f | %+.2f | %s |%n",
                    verdict.measure().title(),
                    verdict.measure().unit().isEmpty() ? "" : ", " + verdict.measure().unit(), verdict.median(),
                    verdict.growth(), verdict.allowed(), verdict.perMillion(), verdict.held() ? "held" : "**grows**"));
        }
        return page.append("\n![Each measure over the run](performance/soak.svg)\n").toString();
    }
}
