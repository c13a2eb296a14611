package dev.falcon.quarantine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CrashJournalTest {

    private static final TextHash ONE = TextHash.of("encoder", "one");
    private static final TextHash TWO = TextHash.of("encoder", "two");

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    private CrashJournal open() throws IOException {
        return CrashJournal.open(folder.resolve("w.inflight"));
    }

    private Path report() {
        return folder.resolve("report.log");
    }

    private CrashJournal begun() throws IOException {
        CrashJournal journal = open();
        journal.begin(report());
        return journal;
    }

    @Test
    void whatWasInFlightAtTheEndIsLeftAndWhatCameBackIsNot() throws IOException {
        CrashJournal first = begun();
        int one = first.enter(ONE);
        first.enter(TWO);
        first.leave(one);
        first.abandon();

        CrashJournal second = open();

        assertThat(second.left()).containsExactly(TWO);
        assertThat(second.faultReported()).isFalse();
        second.begin(report());
        second.abandon();
        assertThat(open().left()).isEmpty();
    }

    @Test
    void aStartThatFailsBeforeItBeginsLosesNothing() throws IOException {
        CrashJournal first = begun();
        first.enter(ONE);
        first.abandon();
        open().abandon();

        assertThat(open().left()).containsExactly(ONE);
    }

    @Test
    void anEndOfItsOwnLeavesNothing() throws IOException {
        CrashJournal first = begun();
        first.enter(ONE);
        first.close();

        assertThat(open().left()).isEmpty();
    }

    @Test
    void aReportOfTheJvmsIsSeenOnlyWhereItIsNew() throws IOException {
        begun().abandon();
        Files.writeString(report(), "SIGSEGV");
        CrashJournal second = open();
        assertThat(second.faultReported()).isTrue();

        second.begin(report());
        second.abandon();

        assertThat(open().faultReported()).isFalse();
    }

    @Test
    void whoFindsNoSlotGoesUnrecordedAndALeftSlotIsFreeAgain() throws IOException {
        CrashJournal journal = begun();
        List<Integer> slots = new ArrayList<>();
        for (int i = 0; i < CrashJournal.SLOTS; i++) {
            slots.add(journal.enter(ONE));
        }
        assertThat(slots).doesNotHaveDuplicates().doesNotContain(CrashJournal.NO_SLOT);
        int none = journal.enter(TWO);
        assertThat(none).isEqualTo(CrashJournal.NO_SLOT);
        journal.leave(none);

        journal.leave(slots.get(7));

        assertThat(journal.enter(TWO)).isEqualTo(slots.get(7));
    }

    @Test
    void twoOfOneNameAreToldApart() throws IOException {
        CrashJournal first = open();

        assertThatIOException().isThrownBy(this::open).withMessageContaining("w.inflight");
        first.abandon();
    }

    @Test
    void aFileOfAnotherKindLeavesNothing() throws IOException {
        Files.writeString(folder.resolve("w.inflight"), "something else");

        assertThat(open().left()).isEmpty();
    }
}
