package dev.falcon.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LastExitTest {

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    @Test
    void theFirstRunFollowsACleanEnd() {
        assertThat(LastExit.begin(folder.resolve("new"), "w").clean()).isEqualTo(1);
    }

    @Test
    void aRunThatWasKilledIsToldAtTheNextStartAndADrainedOneIsNot() {
        LastExit.begin(folder, "w").release();
        LastExit second = LastExit.begin(folder, "w");
        assertThat(second.clean()).isZero();

        second.endCleanly();

        assertThat(LastExit.begin(folder, "w").clean()).isEqualTo(1);
    }

    @Test
    void anotherWorkersEndIsItsOwn() {
        LastExit.begin(folder, "w");

        assertThat(LastExit.begin(folder, "v").clean()).isEqualTo(1);
    }

    @Test
    void aSecondProcessOfTheSameNameKnowsNothingAndChangesNothing() {
        LastExit first = LastExit.begin(folder, "w");
        LastExit second = LastExit.begin(folder, "w");
        assertThat(second.clean()).isNaN();

        second.endCleanly();
        assertThat(folder.resolve("w.running")).exists();

        first.endCleanly();
        assertThat(folder.resolve("w.running")).doesNotExist();
    }

    @Test
    void whereNothingCanBeWrittenNothingIsKnown() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");

        LastExit unknown = LastExit.begin(file, "w");

        assertThat(unknown.clean()).isNaN();
        unknown.endCleanly();
    }
}
