package dev.falcon.proving.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code proving measure}: takes the figures of all chapters or of some, keeps them, and renders the page. */
@Command(name = "measure", mixinStandardHelpOptions = true,
        description = "Measures what a worker costs, each figure beside a reference of the same run.",
        footerHeading = "%nExit status:%n", footer = "  0 measured, 1 failed, 2 wrong usage")
public final class MeasureCommand implements Callable<Integer> {

    private static final Map<Chapter, Measurement> MEASUREMENTS = Map.ofEntries(
            Map.entry(Chapter.SERVING, new ServingMeasurement()), Map.entry(Chapter.SPEED, new SpeedMeasurement()),
            Map.entry(Chapter.LATENCY, new LatencyMeasurement()),
            Map.entry(Chapter.TRANSFORMER, new TransformerMeasurement()),
            Map.entry(Chapter.OVERHEAD, new OverheadMeasurement()), Map.entry(Chapter.JMH, new JmhMeasurement()),
            Map.entry(Chapter.ROWS, new RowsMeasurement()), Map.entry(Chapter.TRAINING, new TrainingMeasurement()),
            Map.entry(Chapter.START, new StartMeasurement()),
            Map.entry(Chapter.MEMORY, new MemoryMeasurement()), Map.entry(Chapter.FLEET, new FleetMeasurement()),
            Map.entry(Chapter.FRONT_DOOR, new FrontDoorMeasurement()),
            Map.entry(Chapter.SPACE, new SpaceMeasurement()));

    @Option(names = "--only", split = ",", paramLabel = "CHAPTER",
            description = "Measure these alone, of: serving, speed, latency, transformer, overhead, jmh, rows, training, "
                    + "start, memory, which are measured by default, and fleet, front-door, space, which need the stack that `make up` starts; none renders "
                    + "what was measured before.") private List<String> only =
                            Chapter.ALONE.stream().map(Chapter::id).toList();

    @Option(names = "--quick",
            description = "See that everything works, within a minute; figures mean nothing.") private boolean quick;

    @Option(names = "--results", paramLabel = "FILE",
            description = "Where the figures of every round are kept, those of other chapters too; "
                    + "by default target/performance.json.") private @Nullable Path results;

    @Option(names = "--write", paramLabel = "FILE",
            description = "Render the page of all that is kept to this file.") private @Nullable Path page;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path root = Path.of(System.getProperty("proving.root", "")).toAbsolutePath();
        Path kept = results != null ? results
                : root.resolve("target").resolve(quick ? "performance-quick.json" : "performance.json");
        Results all = Results.read(kept);
        for (Chapter chapter : chosen()) {
            Section section;
            try {
                section = measure(chapter, root);
            } catch (NoStack e) {
                spec.commandLine().getErr().println(chapter.id() + " is not measured. " + e.getMessage());
                return 1;
            }
            all.put(chapter, section);
            all.write(kept);
            spec.commandLine().getOut().println(PerformancePage.of(chapter, section));
        }
        if (page != null) {
            Files.writeString(page, PerformancePage.of(all));
        }
        return 0;
    }

    private List<Chapter> chosen() {
        List<String> known = Chapter.ALL.stream().map(Chapter::id).toList();
        if (only.equals(List.of("none"))) {
            return List.of();
        }
        for (String name : only) {
            if (!known.contains(name)) {
                throw new ParameterException(spec.commandLine(),
                        "There is no chapter " + name + "; there are " + String.join(", ", known) + " and none.");
            }
        }
        return Chapter.ALL.stream().filter(chapter -> only.contains(chapter.id())).toList();
    }

    private Section measure(Chapter chapter, Path root) throws IOException, InterruptedException {
        Measurement measurement = MEASUREMENTS.get(chapter);
        if (measurement == null) {
            throw new IllegalStateException("nothing measures " + chapter.id());
        }
        Effort effort = quick ? Effort.QUICK : Effort.FULL;
        Machine machine = Machine.here();
        String taken = InstantSource.system().instant().truncatedTo(ChronoUnit.MINUTES).toString();
        try (Bench bench = new Bench(root, effort)) {
            List<Row> rows = measurement.take(bench);
            return new Section(taken, "bin/proving measure --only " + chapter.id() + (quick ? " --quick" : ""), machine,
                    rounds(rows), effort.isQuick(), rows);
        }
    }

    /** Some chapters take more rounds than others. */
    private static int rounds(List<Row> rows) {
        return rows.stream()
                .flatMap(row -> row.figures().values().stream())
                .mapToInt(List::size)
                .max()
                .orElse(0);
    }
}
