package dev.falcon.cli;

import dev.falcon.Runtimes;
import dev.falcon.config.Settings;
import dev.falcon.config.SettingsFindings;
import dev.falcon.doctor.Doctor;
import dev.falcon.doctor.Finding;
import dev.falcon.doctor.Finding.Status;
import dev.falcon.doctor.Subject;
import dev.falcon.inference.Ticker;
import dev.falcon.json.Json;
import dev.falcon.telemetry.Event;
import dev.falcon.telemetry.Logging;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code falcon doctor}: whether a worker could do its work here, and what to do where it could not. */
@Command(name = "doctor", mixinStandardHelpOptions = true, versionProvider = Version.class, sortOptions = false,
        description = {"Check all that a worker needs, with its own settings.", "",
            "Prints a line for each check: ok, warning, fault or skipped, what was found, and behind an arrow what to do."
                    + " Nothing is changed, and no check waits much longer than a worker would.",
            ""},
        footerHeading = "%nExit status:%n",
        footer = {"  0 no fault, though there may be warnings; 1 a fault; 2 wrong usage;", "  78 wrong settings"})
final class DoctorCommand implements Callable<Integer> {

    private static final int NAME_WIDTH = 21;

    private final Shell shell;

    @Option(names = "--only", paramLabel = "WHAT", split = ",", converter = SubjectName.class,
            description = "Check only these, separated by commas: ${COMPLETION-CANDIDATES}.") private @Nullable List<Subject> only;

    @Option(names = "--json",
            description = "Print one JSON document: checks with name, status, detail, advice, elapsed_ms.") private boolean json;

    @Option(names = "--env-file", paramLabel = "FILE",
            description = "Read NAME=value lines from this file too; the environment wins.") private @Nullable Path envFile;

    /** A subject as it is typed; picocli itself would offer the names of the constants. */
    private static final class SubjectName implements ITypeConverter<Subject> {
        @Override
        public Subject convert(String typed) {
            return Stream.of(Subject.values())
                    .filter(subject -> subject.toString().equalsIgnoreCase(typed))
                    .findFirst()
                    .orElseThrow(() -> new TypeConversionException("there is no check '" + typed + "'; there are "
                            + Stream.of(Subject.values()).map(Subject::toString).collect(Collectors.joining(", "))));
        }
    }

    /** The document of {@code --json}. */
    record Report(String status, int faults, int warnings, List<Line> checks) {}

    /** One check in it. */
    record Line(String name, String status, String detail, String advice, long elapsedMs) {

        static Line of(Finding finding) {
            return new Line(finding.name(), finding.status().toString(), finding.detail(), finding.advice(),
                    finding.elapsedMillis());
        }
    }

    DoctorCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws InterruptedException {
        SettingsFindings settings = shell.examined(envFile);
        Set<Subject> subjects = only == null ? EnumSet.allOf(Subject.class) : EnumSet.copyOf(only);
        if (!settings.faults().isEmpty()) {
            // Whatever was asked for: nothing else can be believed before these are mended.
            subjects.add(Subject.SETTINGS);
        }
        List<Finding> findings = new ArrayList<>();
        // What the libraries would say about a dead server, the findings say better.
        try (Logging _ = Logging.start(new Logging.Style(Event.Severity.CRITICAL, false, "doctor"), shell.err());
                Runtimes runtimes = runtimes(settings)) {
            findings.addAll(new Doctor(settings, runtimes::ofKind, runtimes::nativeMemory, Ticker.system(),
                    InstantSource.system()).examine(subjects));
        }
        long faults = count(findings, Status.FAULT);
        long warnings = count(findings, Status.WARNING);
        if (json) {
            shell.out()
                    .print(Json.pretty(new Report(status(faults, warnings).toString(), (int) faults, (int) warnings,
                            findings.stream().map(Line::of).toList())));
        } else {
            findings.forEach(this::print);
            shell.out()
                    .printf(Locale.ROOT, "%n%s: %d ok, %d warning, %d fault, %d skipped%n",
                            status(faults, warnings), count(findings, Status.OK), warnings, faults,
                            count(findings, Status.SKIPPED));
        }
        if (!settings.faults().isEmpty()) {
            return ExitStatus.SETTINGS;
        }
        return faults > 0 ? ExitStatus.FAILURE : ExitStatus.OK;
    }

    /** Where the settings for it are wrong, a fault among the findings says so, and a linear model can be looked at still. */
    private Runtimes runtimes(SettingsFindings settings) {
        return new Runtimes(settings.section(Settings.Encoding.class)
                .orElseGet(() -> new Settings.Encoding(shell.home().resolve("data/cache"), 256)));
    }

    private static Status status(long faults, long warnings) {
        if (faults > 0) {
            return Status.FAULT;
        }
        return warnings > 0 ? Status.WARNING : Status.OK;
    }

    private static long count(List<Finding> findings, Status status) {
        return findings.stream().filter(finding -> finding.status() == status).count();
    }

    private void print(Finding finding) {
        String advice = finding.advice().isEmpty() ? "" : " → " + finding.advice();
        shell.out()
                .println(String.format(Locale.ROOT, "%-8s %-" + NAME_WIDTH + "s %s%s", finding.status(), finding.name(),
                        finding.detail(), advice).replaceAll("\\R", " "));
    }
}
