package dev.falcon.proving.drills;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code proving drill}. */
@Command(name = "drill", mixinStandardHelpOptions = true, description = {
    "Causes the incidents of docs/RUNBOOK.md for real, on a compose stack of its own and under load, and ends them with the "
            + "runbook's own commands.",
    "",
    "Needs Docker and root (PostgreSQL gets a small disk, which is mounted), and that no container is named falcon-*. Without "
            + "a selection every cause is drilled."},
        footerHeading = "%nExit status:%n",
        footer = {"  0 every drill passed", "  1 one failed, or the stack could not be started", "  2 wrong usage"})
public final class DrillCommand implements Callable<Integer> {

    private static final int WRONG_USAGE = 2;
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss");

    @Option(names = "--root", paramLabel = "DIR", defaultValue = "${sys:proving.root:-.}", hidden = true,
            description = "Folder of the repository.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path root;

    @Option(names = "--incident", paramLabel = "ID", split = ",",
            description = "Only these incidents.") private Set<String> incidents = Set.of();

    @Option(names = "--cause", paramLabel = "NAME", split = ",",
            description = "Only these causes.") private Set<String> causes = Set.of();

    @Option(names = "--one-per-incident",
            description = "Only the first cause of each incident.") private boolean onePerIncident;

    @Option(names = "--controls",
            description = "Besides, for the first cause of each incident: without its fault the drill "
                    + "must fail, without the resolution the system must not get well.") private boolean controls;

    @Option(names = "--list", description = "Print the causes and end.") private boolean list;

    @Option(names = "--up",
            description = "Start the stack, leave it up and end; drills then use it.") private boolean up;

    @Option(names = "--down", description = "Remove the stack and end.") private boolean down;

    @Option(names = "--keep", description = "Leave the stack up after the drills.") private boolean keep;

    @Option(names = "--no-build", description = "Use the workers' image that is there.") private boolean noBuild;

    @Option(names = "--second-try",
            description = "On a machine that others use too: a drill that fails is run once more, and the table says "
                    + "so and why.") private boolean secondTry;

    @Option(names = "--report", paramLabel = "DIR",
            description = "Write a report into this folder, named after the date.")
    @Nullable private Path report;

    private final AtomicReference<Scrubber> scrubber = new AtomicReference<>(new Scrubber(List.of()));

    @Override
    public Integer call() throws IOException, InterruptedException {
        root = root.toAbsolutePath().normalize();
        Selection selection = Selection.of(Causes.all(), new Selection.Wanted(incidents, causes, onePerIncident));
        if (!selection.unknown().isEmpty()) {
            System.err.println("No such incident or cause: " + selection.unknown() + "; --list names them");
            return WRONG_USAGE;
        }
        if (list) {
            Causes.all().forEach(each -> System.out.println(each.incident() + "  " + each.name()));
            return 0;
        }
        Priority.raise();
        try (Web web = new Web()) {
            Stack stack = new Stack(root, web, this::say);
            return down ? down(stack) : drill(stack, web, selection);
        } catch (MalformedRunbook e) {
            System.err.println("The runbook cannot be run:\n" + e.getMessage());
            return 1;
        }
    }

    private int down(Stack stack) throws IOException, InterruptedException {
        stack.down();
        return 0;
    }

    private int drill(Stack stack, Web web, Selection selection)
            throws IOException, InterruptedException, MalformedRunbook {
        List<String> inTheWay = stack.inTheWay();
        if (!inTheWay.isEmpty()) {
            System.err.println("These containers are in the way, as drills need their names: " + inTheWay);
            return 1;
        }
        boolean leave = up || keep || stack.isUp();
        Runbook runbook = Runbook.of(root);
        try (Removal _ = leave ? Removal.none() : Removal.of(stack)) {
            stack.up(!noBuild);
            scrubber.set(new Scrubber(stack.home().secrets()));
            if (up) {
                say("The stack is up; --down removes it");
                return 0;
            }
            Session session = new Session(new Drill.Rig(runbook, stack, web, this::say), controls, secondTry);
            List<String> healthy = session.healthy();
            List<Result> results = session.run(selection.run(),
                    soFar -> write(Report.of(runbook, soFar, skipped(soFar), healthy)));
            int status = tell(Report.of(runbook, results, skipped(results), healthy));
            if (leave) {
                session.restore();
            }
            return status;
        }
    }

    private static List<Cause> skipped(List<Result> results) {
        Set<Cause> drilled = results.stream().map(each -> each.record().cause).collect(Collectors.toSet());
        return Causes.all().stream().filter(each -> !drilled.contains(each)).toList();
    }

    private void write(Report found) throws IOException {
        if (report != null) {
            found.write(root.resolve(report), scrubber.get());
        }
    }

    private int tell(Report found) throws IOException {
        print(found.table());
        write(found);
        print(found.lastLine());
        return found.passed() ? 0 : 1;
    }

    private void say(String line) {
        print(LocalTime.now(ZoneOffset.UTC).format(CLOCK) + " " + line);
    }

    private void print(String text) {
        PrintStream out = System.out;
        out.println(scrubber.get().scrub(text));
        out.flush();
    }
}
