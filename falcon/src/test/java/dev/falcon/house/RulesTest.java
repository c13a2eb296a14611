package dev.falcon.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RulesTest {
    @Test
    void theVocabularyKnowsOnlyTheJdkAndJSpecify() {
        assertThat(Rules.foreignWords(MainClasses.all())).isEmpty();
    }

    @Test
    void noStaticStateCanChange() {
        assertThat(StaticState.faults(MainClasses.all())).isEmpty();
    }

    @Test
    void nothingIsFetchedThroughGetInstance() {
        assertThat(Rules.singletonDoors(MainClasses.all())).isEmpty();
    }

    @Test
    void timeComesOnlyThroughTickerAndInstantSource() {
        assertThat(WorldRules.stolenTime(MainClasses.all())).isEmpty();
    }

    @Test
    void onlyMainReadsTheEnvironmentOrExits() {
        assertThat(WorldRules.processControl(MainClasses.all())).isEmpty();
    }

    @Test
    void namesSayWhatThingsAre() {
        assertThat(Rules.emptyNames(MainClasses.all())).isEmpty();
    }

    @Test
    void everyPackageIsNullMarked() {
        assertThat(Rules.unmarkedPackages(MainClasses.all())).isEmpty();
    }

    @Test
    void anInterfaceHasTwoImplementations() {
        assertThat(Rules.needlessInterfaces(MainClasses.all())).isEmpty();
    }

    @Test
    void seeded_aForeignWordInTheVocabularyIsReported(@TempDir Path folder) {
        var classes = Seeded.classes(folder, """
                package dev.falcon.inference;
                final class Logged {
                    private final org.slf4j.Logger log = null;
                }
                """);

        assertThat(Rules.foreignWords(classes)).singleElement()
                .asString()
                .startsWith("inference knows only the JDK and JSpecify")
                .contains("org.slf4j.Logger");
    }

    @Test
    void seeded_staticStateIsReportedAndConstantsAreNot(@TempDir Path folder) {
        var classes = Seeded.classes(folder, """
                package dev.falcon.cache;
                import java.util.*;
                final class State {
                    static int notFinal;
                    static final java.util.concurrent.atomic.AtomicLong atomic = null;
                    static final int[] reachable = {1};
                    static final HashMap<String, String> changing = null;
                    static final java.util.concurrent.ScheduledExecutorService threads = null;
                }
                """, """
                package dev.falcon.cache;
                import java.util.*;
                final class Filled {
                    static final Map<String, String> filled = new HashMap<>();
                }
                """, """
                package dev.falcon.cache;
                import java.util.*;
                final class Constants {
                    enum Kind { ONE, TWO }
                    static final long LIMIT = Long.hashCode(4);
                    static final List<String> WORDS = List.of("a");
                    static final Map<Kind, String> KINDS = Map.copyOf(new EnumMap<>(Map.of(Kind.ONE, "one")));
                    private static final byte[] MAGIC = {1, 2};
                    static int number(Kind kind) {
                        return switch (kind) { case ONE -> 1; case TWO -> MAGIC[1]; };
                    }
                }
                """);

        assertThat(StaticState.faults(classes)).hasSize(6)
                .anyMatch(fault -> fault.startsWith("dev.falcon.cache.State.notFinal is static and not final"))
                .anyMatch(fault -> fault.startsWith("dev.falcon.cache.State.atomic"))
                .anyMatch(fault -> fault.startsWith("dev.falcon.cache.State.reachable"))
                .anyMatch(fault -> fault.startsWith("dev.falcon.cache.State.changing"))
                .anyMatch(fault -> fault.startsWith("dev.falcon.cache.State.threads"))
                .anyMatch(fault -> fault.startsWith("dev.falcon.cache.Filled.filled"));
    }

    @Test
    void seeded_getInstanceIsReported(@TempDir Path folder) {
        var classes = Seeded.classes(folder, """
                package dev.falcon.cache;
                final class Single {
                    static Single getInstance() { return new Single(); }
                }
                """);

        assertThat(Rules.singletonDoors(classes)).singleElement().asString().contains("Single.getInstance()");
    }

    @Test
    void seeded_everyWayToReadTheClockIsReported(@TempDir Path folder) {
        var classes = Seeded.classes(folder, """
                package dev.falcon.cache;
                import java.time.*;
                import java.util.function.*;
                final class Clocks {
                    long nanos() { return System.nanoTime(); }
                    LongSupplier millis = System::currentTimeMillis;
                    Supplier<Instant> now = Instant::now;
                    LocalDate today() { return LocalDate.now(ZoneOffset.UTC); }
                    Object date() { return new java.util.Date(); }
                    void nap() throws Exception { Thread.sleep(1); }
                    void longNap() throws Exception { java.util.concurrent.TimeUnit.DAYS.sleep(1); }
                    InstantSource own() { return InstantSource.system(); }
                    Clock clock() { return Clock.systemUTC(); }
                    Object ticker() { return dev.falcon.inference.Ticker.system(); }
                }
                """, """
                package dev.falcon.cache;
                import java.time.*;
                final class Polite {
                    Instant now(InstantSource source) { return source.instant(); }
                    LocalDate today(Clock clock) { return LocalDate.now(clock); }
                    Object date() { return new java.util.Date(0); }
                }
                """);

        assertThat(WorldRules.stolenTime(classes)).hasSize(10).allMatch(fault -> fault.contains("cache.Clocks"));
    }

    @Test
    void seeded_theRootMayTakeTheMachinesClockButNotReadIt(@TempDir Path folder) {
        var classes = Seeded.classes(folder, """
                package dev.falcon;
                final class Runtimes {
                    java.time.InstantSource clock = java.time.InstantSource.system();
                    long now() { return System.nanoTime(); }
                }
                """);

        assertThat(WorldRules.stolenTime(classes)).singleElement().asString().contains("nanoTime");
    }

    @Test
    void seeded_theEnvironmentAndExitsOutsideMainAreReported(@TempDir Path folder) {
        var classes = Seeded.classes(folder, """
                package dev.falcon.config;
                final class Leaver {
                    String home() { return System.getenv("HOME"); }
                    Object all() { return System.getenv(); }
                    void leave() { System.exit(1); }
                    Runnable halt = () -> Runtime.getRuntime().halt(1);
                }
                """, """
                package dev.falcon.cli;
                public final class Main {
                    static final class Ending { void leave() { System.exit(System.getenv().size()); } }
                }
                """);

        assertThat(WorldRules.processControl(classes)).hasSize(4).allMatch(fault -> fault.contains("config.Leaver"));
    }

    @Test
    void seeded_emptyNamesAreReportedWithABetterWay(@TempDir Path folder) {
        var classes = Seeded.classes(folder, "package dev.falcon.cache;\nfinal class LeaseManager {}",
                "package dev.falcon.cache;\nfinal class TextUtils { static final class TextImpl {} }",
                "package dev.falcon.cache;\nrecord Renewed() {}");

        assertThat(Rules.emptyNames(classes)).hasSize(3)
                .anyMatch(fault -> fault.contains("LeaseManager ends with Manager: say what it does"))
                .anyMatch(fault -> fault.contains("TextUtils ends with Utils: put the method on the type"))
                .anyMatch(fault -> fault.contains("TextImpl ends with Impl"));
    }

    @Test
    void seeded_anUnmarkedPackageIsReported(@TempDir Path folder) {
        var classes = Seeded.classes(folder, "package dev.falcon.unmarked;\nfinal class Bare {}", """
                @org.jspecify.annotations.NullMarked
                package dev.falcon.marked;
                """, "package dev.falcon.marked;\nfinal class Dressed {}");

        assertThat(Rules.unmarkedPackages(classes)).containsExactly(
                "package dev.falcon.unmarked needs a package-info.java with @NullMarked");
    }

    @Test
    void seeded_anInterfaceWithOneImplementationIsReported(@TempDir Path folder) {
        var classes = Seeded.classes(folder, """
                package dev.falcon.cache;
                interface Lonely {
                    final class Only implements Lonely {}
                }
                """, """
                package dev.falcon.cache;
                interface Shared {
                    final class One implements Shared {}
                    final class Two implements Shared {}
                }
                """, """
                package dev.falcon.cache;
                @FunctionalInterface interface Shape { void call(); }
                """, """
                package dev.falcon.cache;
                sealed interface Closed {
                    record Single() implements Closed {}
                }
                """);

        assertThat(Rules.needlessInterfaces(classes)).singleElement().asString().contains("cache.Lonely has 1");
    }
}
