package dev.falcon.proving.faults;

import dev.falcon.inference.Ticker;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code proving faults}: the long fault run, its report, and a verdict as exit status. */
@Command(name = "faults", mixinStandardHelpOptions = true, description = {
    "Breaks Redis and PostgreSQL in every known way under load, and counts what is lost.", "",
    "Two workers under 200 requests a second, of which one is killed, and a new day; then answers, rows, books, breakers "
            + "and latency are held against what is promised. Takes about four minutes, and root: a full disk is a small "
            + "one that is mounted. The report is also left in target/."},
        footerHeading = "%nExit status:%n",
        footer = "  0 every promise held, 1 one did not or the run failed, 2 wrong usage")
public final class FaultsCommand implements Callable<Integer> {

    private static final Duration LONGEST = Duration.ofMinutes(6);
    private static final int TOO_LONG = 1;

    @Option(names = "--root", paramLabel = "DIR", defaultValue = "${sys:proving.root:-.}", hidden = true,
            description = "Folder of the repository.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path root;

    @Override
    public Integer call() throws Exception {
        PrintStream out = System.out;
        Thread.ofPlatform().daemon().name("fault-run-bound").start(() -> endAfter(out));
        try (Stage stage = Stage.set(root.toAbsolutePath()); FaultRun run = new FaultRun(stage, out)) {
            RunRecord record = run.run();
            List<Judgement.Finding> findings = Judgement.of(record);
            String report = Report.of(record, Stage.settings(), findings);
            boolean proven = findings.stream().allMatch(Judgement.Finding::holds);
            if (!proven) {
                run.tellLogs();
            }
            out.println();
            out.print(report);
            write(report);
            return proven ? 0 : 1;
        }
    }

    private void write(String report) throws IOException {
        Path file = root.resolve("target").resolve("fault-run.txt");
        Files.createDirectories(root.resolve("target"));
        Files.writeString(file, report);
    }

    /** Whatever hangs: the run ends, with everything that it started. */
    private static void endAfter(PrintStream out) {
        try {
            Ticker.system().sleep(LONGEST);
            out.println("DISPROVEN: the run has not ended after " + LONGEST.toMinutes() + " minutes");
            System.exit(TOO_LONG);
        } catch (InterruptedException e) {
            // The program is ending.
            return;
        }
    }
}
