package dev.falcon.house;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FloorPlanTest {
    private final FloorPlan plan = FloorPlan.ofFalcon();

    @Test
    void everyClassLivesInARoomAndUsesOnlyWhatThePlanAllows() {
        assertThat(plan.faults(MainClasses.all())).isEmpty();
    }

    @Test
    void aPlanWithACycleCannotBeDrawn() {
        assertThatThrownBy(() -> FloorPlan.of(FloorPlan.room("up", "down"), FloorPlan.room("down", "up")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("The line of up");
    }

    @Test
    void seeded_aRoomThatUsesAHigherOneIsReported(@TempDir Path folder) {
        var classes = Seeded.classes(folder, """
                package dev.falcon.serving;
                public final class Journey {}
                """, """
                package dev.falcon.cache;
                final class Peek {
                    Object look() {
                        return new dev.falcon.serving.Journey();
                    }
                }
                """);

        assertThat(plan.faults(classes)).singleElement()
                .asString()
                .contains("room cache must not use room serving", "Peek.look()");
    }

    @Test
    void seeded_featureRoomsDoNotKnowEachOther(@TempDir Path folder) {
        var classes = Seeded.classes(folder, """
                package dev.falcon.cache;
                public final class Cached {}
                """, """
                package dev.falcon.idempotency;
                record Claim(dev.falcon.cache.Cached[] answers) {}
                """);

        assertThat(plan.faults(classes)).isNotEmpty()
                .allMatch(fault -> fault.startsWith("room idempotency must not use room cache"));
    }

    @Test
    void seeded_aPackageThatIsNotOnThePlanIsReported(@TempDir Path folder) {
        var classes = Seeded.classes(folder, """
                package dev.falcon.cache.inner;
                final class Nook {}
                """);

        assertThat(plan.faults(classes)).singleElement()
                .asString()
                .contains("dev.falcon.cache.inner.Nook is in no room");
    }

    @Test
    void seeded_aStrangerInTheBasePackageIsReported(@TempDir Path folder) {
        var classes = Seeded.classes(folder, """
                package dev.falcon;
                final class Stray {}
                """, """
                package dev.falcon;
                final class Runtimes { record Kind() {} }
                """);

        assertThat(plan.faults(classes)).singleElement().asString().startsWith("dev.falcon.Stray stands in the base");
    }
}
