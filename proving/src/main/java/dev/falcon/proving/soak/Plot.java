package dev.falcon.proving.soak;

import java.util.List;
import java.util.Locale;

/** Samples as a picture: one panel for each measure, requests along the x axis, y from 0. Pure. */
final class Plot {

    private static final int WIDTH = 760;
    private static final int PANEL = 130;
    private static final int LEFT = 70;
    private static final int TOP = 34;
    private static final int HEIGHT = 70;

    private final List<Sample> samples;
    private final StringBuilder svg = new StringBuilder();

    private Plot(List<Sample> samples) {
        this.samples = samples;
    }

    static String svg(List<Sample> samples) {
        return new Plot(samples).draw();
    }

    private String draw() {
        Measure[] measures = Measure.values();
        add("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\""
                + " font-size=\"12\">%n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n", WIDTH,
                PANEL * measures.length + TOP);
        for (int i = 0; i < measures.length; i++) {
            panel(measures[i], PANEL * i + TOP);
        }
        add("<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%.2f million requests</text>%n", WIDTH - 10,
                PANEL * measures.length + TOP - 10, samples.getLast().requests() / 1e6);
        return svg.append("</svg>\n").toString();
    }

    private void panel(Measure measure, int top) {
        double most = Math.max(1, samples.stream().mapToDouble(measure::of).max().orElse(1)) * 1.15;
        long last = Math.max(1, samples.getLast().requests());
        int width = WIDTH - LEFT - 10;
        add("<text x=\"%d\" y=\"%d\" font-weight=\"bold\">%s%s</text>%n", LEFT, top - 8, measure.title(),
                measure.unit().isEmpty() ? "" : ", " + measure.unit());
        add("<path d=\"M%d %dV%dH%d\" fill=\"none\" stroke=\"#888\"/>%n", LEFT, top, top + HEIGHT, LEFT + width);
        add("<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%.0f</text>%n", LEFT - 6, top + 10, most);
        add("<text x=\"%d\" y=\"%d\" text-anchor=\"end\">0</text>%n", LEFT - 6, top + HEIGHT);
        svg.append("<polyline fill=\"none\" stroke=\"#0b62a4\" stroke-width=\"2\" points=\"");
        for (Sample sample : samples) {
            add("%.1f,%.1f ", LEFT + width * (double) sample.requests() / last,
                    top + HEIGHT * (1 - measure.of(sample) / most));
        }
        svg.append("\"/>\n");
    }

    @SuppressWarnings("AnnotateFormatMethod") // its annotation is of a library that is not here
    private void add(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values));
    }
}
