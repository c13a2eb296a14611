package dev.falcon.testing;

/** A scrape in the text format. */
public record MetricsPage(String text) {

    /**
     * The sum of all series of a name that carry these labels.
     *
     * @param labels such as {@code "dependency=\"redis\""}
     */
    public double sum(String name, String... labels) {
        double sum = 0;
        boolean found = false;
        for (String line : text.lines().toList()) {
            if (line.startsWith(name + "{") && holdsAll(line, labels)) {
                sum += Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
                found = true;
            }
        }
        if (!found) {
            throw new AssertionError("no series of " + name + " with " + String.join(", ", labels));
        }
        return sum;
    }

    /** Same, of a counter or a gauge of whole numbers. */
    public long count(String name, String... labels) {
        return Math.round(sum(name, labels));
    }

    /** What is wrong with the inference log's books, empty where they balance. */
    public String unbalanced() {
        long enqueued = count("inference_log_enqueued_total");
        long written = count("inference_log_written_total");
        long dropped = count("dropped_logs_total");
        long pending = count("inference_log_pending");
        return enqueued == written + dropped + pending
                ? ""
                : enqueued + " enqueued, but " + written + " written + " + dropped + " dropped + " + pending
                        + " pending";
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
