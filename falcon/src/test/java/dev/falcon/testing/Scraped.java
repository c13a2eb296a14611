package dev.falcon.testing;

import dev.falcon.telemetry.Metrics;
import java.nio.charset.StandardCharsets;

/** Reads single values out of a worker's metrics page. */
public final class Scraped {

    private Scraped() {}

    /**
     * The value of the one series whose line begins with the name and contains all label pairs.
     *
     * @param labels such as {@code "dependency=\"redis\""}
     */
    public static double value(Metrics metrics, String name, String... labels) {
        String page = new String(metrics.scrape(null).body(), StandardCharsets.UTF_8);
        double sum = 0;
        int found = 0;
        for (String line : page.lines().toList()) {
            if (line.startsWith(name + "{") && holdsAll(line, labels)) {
                sum += Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
                found++;
            }
        }
        if (found != 1) {
            throw new AssertionError(found + " series of " + name + " where one was expected in:\n" + page);
        }
        return sum;
    }

    private static boolean holdsAll(String line, String... labels) {
        for (String label : labels) {
            if (!line.contains(label)) {
                return false;
            }
        }
        return true;
    }
}
