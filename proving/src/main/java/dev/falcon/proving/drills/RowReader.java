package dev.falcon.proving.drills;

import dev.falcon.inference.Ticker;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads the rows of a drill's requests, once the inference log has settled. For use by one thread. */
final class RowReader {

    private static final Duration SETTLED = Duration.ofMinutes(2);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final int LOOKS = 5;
    private static final Duration QUERY = Duration.ofSeconds(30);
    /** Nginx names two workers where it asked a second one. */
    private static final Pattern TWO_WORKERS = Pattern
            .compile("\"request_id\":\"([^\"]*)\".*\"upstream\":\"[^\",]+, [^\"]+\"");

    private final Shell shell;
    private final Watch watch;
    private final Ticker ticker = Ticker.system();

    RowReader(Shell shell, Watch watch) {
        this.shell = shell;
        this.watch = watch;
    }

    /** Waits until all rows are there, or nothing more comes. */
    void read(DrillRecord record) throws IOException, InterruptedException {
        Set<String> answered = record.asked.stream()
                .filter(each -> each.kind() == Asked.Kind.ANSWERED)
                .map(Asked::id)
                .collect(Collectors.toSet());
        if (answered.isEmpty()) {
            record.rows = Map.of();
            return;
        }
        String run = answered.iterator().next().replaceFirst("-[^-]*$", "");
        long from = ticker.nanos();
        int quiet = 0;
        while (quiet < LOOKS && ticker.nanos() - from < SETTLED.toNanos()) {
            Outcome outcome = shell.run("docker exec falcon-postgres psql -U falcon -d falcon_inference -Atc "
                    + "\"SELECT request_id, count(*) FROM inference_logs WHERE request_id LIKE '" + run
                    + "-%' AND success AND created_at > now() - interval '1 hour' GROUP BY 1\"", QUERY);
            if (outcome.succeeded()) {
                Map<String, Integer> rows = rows(outcome.output());
                record.rows = rows;
                if (rows.keySet().containsAll(answered)) {
                    break;
                }
                // Only where nothing more is to come it is missing for good; the probe's own question may be on its way.
                quiet = watch.pending() <= Stack.WORKERS.size() ? quiet + 1 : 0;
            }
            ticker.sleep(PAUSE);
        }
        record.askedTwice = askedTwice(run);
    }

    private static Map<String, Integer> rows(String lines) {
        Map<String, Integer> rows = new HashMap<>();
        for (String line : lines.lines().toList()) {
            String[] cells = line.split("\\|", 2);
            if (cells.length == 2 && cells[1].matches("\\d+")) {
                rows.put(cells[0], Integer.parseInt(cells[1]));
            }
        }
        return rows;
    }

    private Set<String> askedTwice(String run) throws IOException, InterruptedException {
        // Its log is written once a second.
        ticker.sleep(PAUSE);
        Set<String> ids = new HashSet<>();
        String lines = shell.run("docker logs falcon-nginx 2>&1 | grep -F '\"request_id\":\"" + run
                + "-' | grep '\"upstream\":\"[^\"]*, '", QUERY).output();
        for (String line : lines.lines().toList()) {
            Matcher two = TWO_WORKERS.matcher(line);
            if (two.find()) {
                ids.add(two.group(1));
            }
        }
        return ids;
    }
}
