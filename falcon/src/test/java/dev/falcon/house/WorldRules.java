package dev.falcon.house;

import static java.util.stream.Collectors.toCollection;

import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnitAccess;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Rules about touching the world: the clock, sleep, the environment and the end of the process. Each gives one sentence
 * for each fault. Calls and method references count alike.
 */
final class WorldRules {
    private static final String TICKER = "dev.falcon.inference.SystemTicker";
    private static final String MAIN = "dev.falcon.cli.Main";

    /** Where the machine's own clocks are taken and handed on. */
    private static final Set<String> CLOCK_GIVERS = Set.of("dev.falcon", "dev.falcon.cli");

    /** Limits repeated lines by the machine's clock, so that any class can have a log without being given a clock. */
    private static final String EVENT_LOG = "dev.falcon.telemetry.EventLog";

    private static final Set<String> CLOCKS = Set.of(
            "java.lang.System.nanoTime",
            "java.lang.System.currentTimeMillis",
            "java.lang.Thread.sleep",
            "java.util.concurrent.TimeUnit.sleep");

    /** Their {@code now} without a clock, or with no more than a zone, reads the machine's clock. */
    private static final Set<String> DATES = Set.of(
            "java.time.Instant",
            "java.time.LocalDate",
            "java.time.LocalDateTime",
            "java.time.LocalTime",
            "java.time.OffsetDateTime",
            "java.time.OffsetTime",
            "java.time.Year",
            "java.time.YearMonth",
            "java.time.MonthDay",
            "java.time.ZonedDateTime");

    private static final Set<String> GIVEN_CLOCKS = Set.of(
            "java.time.InstantSource.system",
            "java.time.Clock.system",
            "java.time.Clock.systemUTC",
            "java.time.Clock.systemDefaultZone",
            "java.time.Clock.tickMillis",
            "java.time.Clock.tickSeconds",
            "java.time.Clock.tickMinutes",
            "dev.falcon.inference.Ticker.system");

    private static final Set<String> PROCESS = Set.of(
            "java.lang.System.getenv",
            "java.lang.System.exit",
            "java.lang.Runtime.exit",
            "java.lang.Runtime.halt",
            "java.lang.ProcessBuilder.environment");

    private WorldRules() {}

    /** Time that did not come through a {@code Ticker} or an {@code InstantSource}. */
    static List<String> stolenTime(JavaClasses classes) {
        Stream<String> read = faults(classes, type -> !type.getName().equals(TICKER), WorldRules::readsAClock,
                "take a Ticker (intervals, sleep) or an InstantSource (wall clock) as a parameter");
        Stream<String> given = faults(classes,
                type -> !CLOCK_GIVERS.contains(type.getPackageName()) && !type.getName().equals(EVENT_LOG),
                access -> GIVEN_CLOCKS.contains(member(access)),
                "only the root and the command line take the machine's clock; be given it");
        return sorted(Stream.concat(read, given));
    }

    /** Reads of the environment and exits outside {@code cli.Main}. */
    static List<String> processControl(JavaClasses classes) {
        return sorted(faults(classes, type -> !outermost(type).equals(MAIN),
                access -> PROCESS.contains(member(access)),
                "only cli.Main reads the environment and ends the process"));
    }

    private static Stream<String> faults(JavaClasses classes, Predicate<JavaClass> where,
            Predicate<JavaCodeUnitAccess<?>> what, String instead) {
        return classes.stream()
                .filter(where)
                .flatMap(type -> type.getCodeUnitAccessesFromSelf().stream())
                .filter(what)
                .map(access -> access.getDescription() + ": " + instead);
    }

    private static boolean readsAClock(JavaCodeUnitAccess<?> access) {
        CodeUnitAccessTarget target = access.getTarget();
        String owner = target.getOwner().getName();
        List<String> parameters = target.getRawParameterTypes().stream().map(JavaClass::getName).toList();
        boolean dateWithoutClock = DATES.contains(owner) && target.getName().equals("now")
                && !parameters.contains("java.time.Clock");
        boolean oldDateWithoutTime = owner.equals("java.util.Date") && target.getName().equals("<init>")
                && parameters.isEmpty();
        return dateWithoutClock || oldDateWithoutTime || CLOCKS.contains(member(access));
    }

    private static String member(JavaCodeUnitAccess<?> access) {
        return access.getTargetOwner().getName() + "." + access.getTarget().getName();
    }

    private static String outermost(JavaClass type) {
        return type.getEnclosingClass().map(WorldRules::outermost).orElse(type.getName());
    }

    private static List<String> sorted(Stream<String> faults) {
        return new ArrayList<>(faults.collect(toCollection(TreeSet::new)));
    }
}
