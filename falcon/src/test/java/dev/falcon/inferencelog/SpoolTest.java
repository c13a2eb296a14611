package dev.falcon.inferencelog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {

    private static final Instant NOON = Instant.parse("2026-03-04T12:00:00.000001Z");

    @TempDir Path folder;

    private Spool open(int maxMb) throws SpoolUnavailable {
        return Spool.open(folder, "worker-1", maxMb);
    }

    @Test
    void rowsComeBackAsTheyWereAndInTheirOrder() throws Exception {
        List<LogRow> rows = new ArrayList<>(Records.rows(NOON, 0, 30));
        rows.add(new RowMaker(true).row(Records.failed(new RecordStamps(() -> NOON).next(), 30)));
        try (Spool spool = open(8)) {
            assertThat(spool.append(rows.subList(0, 10))).isEqualTo(new Spool.Kept(1, 10));
            assertThat(spool.append(rows.subList(10, 31))).isEqualTo(new Spool.Kept(11, 31));

            Spool.Head head = spool.head(20);
            assertThat(head.rows()).isEqualTo(rows.subList(0, 20));
            spool.delivered(head.lastSeq(), head.rows().size());
            assertThat(spool.head(20).rows()).isEqualTo(rows.subList(20, 31));
            assertThat(spool.size()).isEqualTo(11);
            assertThat(spool.oldest()).isEqualTo(NOON);
        }
    }

    @Test
    void whatAProcessLeftBehindIsTakenOver() throws Exception {
        List<LogRow> rows = Records.rows(NOON, 0, 5);
        try (Spool spool = open(8)) {
            spool.append(rows);
        }
        try (Spool spool = open(8)) {
            assertThat(spool.size()).isEqualTo(5);
            assertThat(spool.oldest()).isEqualTo(NOON);
            assertThat(spool.head(9).rows()).isEqualTo(rows);
        }
    }

    @Test
    void aSecondUserIsRefusedByName() throws Exception {
        try (Spool spool = open(8)) {
            assertThat(spool.size()).isZero();
            assertThatThrownBy(() -> open(8)).isInstanceOf(SpoolUnavailable.class)
                    .hasMessageContainingAll("in use", "WORKER_ID", "INFERENCE_LOG_SPOOL_DIR");
        }
        open(8).close();
    }

    @Test
    void twoWorkersMayShareAFolder() throws Exception {
        try (Spool one = open(8); Spool two = Spool.open(folder, "worker-2", 8)) {
            one.append(Records.rows(NOON, 0, 1));
            assertThat(two.size()).isZero();
        }
    }

    @Test
    void aFolderThatCannotBeMadeIsRefused() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThatThrownBy(() -> Spool.open(file.resolve("spool"), "worker-1", 8))
                .isInstanceOf(SpoolUnavailable.class)
                .hasMessageContaining("INFERENCE_LOG_SPOOL_DIR");
    }

    @Test
    void itTakesNoMoreThanItsBoundAndThenRowsAgainWhenSomeLeft() throws Exception {
        try (Spool spool = open(1)) {
            Spool.Appended last = new Spool.Kept(0, 0);
            for (int from = 0; last instanceof Spool.Kept && from < 100_000; from += 100) {
                last = spool.append(Records.rows(NOON, from, from + 100));
            }
            assertThat(last).isInstanceOf(Spool.NoRoom.class);
            assertThat(spool.size()).isGreaterThan(1000);
            assertThat(bytesOnDisk()).isLessThan(1024 * 1024 + 64 * 1024);

            Spool.Head head = spool.head(500);
            spool.delivered(head.lastSeq(), head.rows().size());
            assertThat(spool.append(Records.rows(NOON, 0, 100))).isInstanceOf(Spool.Kept.class);
        }
    }

    @Test
    void anEmptiedSpoolGivesItsSpaceBack() throws Exception {
        try (Spool spool = open(16)) {
            spool.append(Records.rows(NOON, 0, 10_000));
            assertThat(spool.bytes()).isGreaterThan(2_000_000);
            spool.delivered(10_000, 10_000);
            assertThat(spool.size()).isZero();
            assertThat(spool.bytes()).isLessThan(20_000);
            assertThat(spool.oldest()).isNull();
        }
        assertThat(bytesOnDisk()).isLessThan(40_000);
    }

    private long bytesOnDisk() throws IOException {
        long sum = 0;
        for (String end : List.of("", "-wal")) {
            Path file = folder.resolve("spool-worker-1.db" + end);
            sum += Files.exists(file) ? Files.size(file) : 0;
        }
        return sum;
    }

    @Test
    void aFileThatIsNoDatabaseIsSetAside() throws Exception {
        Files.writeString(folder.resolve("spool-worker-1.db"), "this is no database".repeat(1000));
        try (Spool spool = open(8)) {
            assertThat(spool.setAsideAtStart()).isNotNull();
            assertThat(spool.append(Records.rows(NOON, 0, 5))).isInstanceOf(Spool.Kept.class);
        }
        assertThat(folder.resolve("spool-worker-1.db.corrupt")).exists();
        try (Spool spool = open(8)) {
            assertThat(spool.setAsideAtStart()).isNull();
            assertThat(spool.size()).isEqualTo(5);
        }
    }

    @Test
    void aFileWithBrokenPagesIsSetAside() throws Exception {
        try (Spool spool = open(8)) {
            spool.append(Records.rows(NOON, 0, 500));
        }
        try (RandomAccessFile file = new RandomAccessFile(folder.resolve("spool-worker-1.db").toFile(), "rw")) {
            file.seek(SqliteTable.PAGE_BYTES);
            file.write(new byte[(int) file.length() - SqliteTable.PAGE_BYTES]);
        }
        try (Spool spool = open(8)) {
            assertThat(spool.setAsideAtStart()).isNotNull();
            assertThat(spool.size()).isZero();
            assertThat(spool.append(Records.rows(NOON, 0, 5))).isInstanceOf(Spool.Kept.class);
        }
    }

    @Test
    void anotherVersionsFileIsSetAside() throws Exception {
        try (var connection = SqliteTable.open(folder.resolve("spool-worker-1.db").toString());
                var statement = connection.createStatement()) {
            statement.execute("CREATE TABLE spool (seq INTEGER PRIMARY KEY, something TEXT)");
            statement.execute("PRAGMA user_version = 99");
        }
        try (Spool spool = open(8)) {
            assertThat(spool.setAsideAtStart()).contains("99");
        }
    }

    @Test
    void anUnreadableFileCanBeReplacedWhileItIsUsed() throws Exception {
        try (Spool spool = open(8)) {
            spool.append(Records.rows(NOON, 0, 7));
            assertThat(spool.startAnew()).isEqualTo(7);
            assertThat(spool.size()).isZero();
            assertThat(spool.append(Records.rows(NOON, 7, 9))).isEqualTo(new Spool.Kept(1, 2));
        }
    }

    @Test
    void aFileThatCannotBeOpenedIsLeftAsItIs() throws Exception {
        try (Spool spool = open(8)) {
            spool.append(Records.rows(NOON, 0, 5));
        }
        Path file = folder.resolve("spool-worker-1.db");
        try (var busy = SqliteTable.open(file.toString()); var statement = busy.createStatement()) {
            statement.execute("PRAGMA locking_mode = EXCLUSIVE");
            statement.execute("BEGIN EXCLUSIVE");
            statement.execute("DELETE FROM spool WHERE seq < 0");
            assertThatThrownBy(() -> open(8)).isInstanceOf(SpoolUnavailable.class).hasMessageContaining("cannot open");
            statement.execute("ROLLBACK");
        }
        assertThat(folder.resolve("spool-worker-1.db.corrupt")).doesNotExist();
        try (Spool spool = open(8)) {
            assertThat(spool.size()).isEqualTo(5);
            assertThat(spool.setAsideAtStart()).isNull();
        }
    }

    @Test
    void whatWasDeliveredWaitsNoLongerEvenWhereTheDiskKeepsIt() throws Exception {
        try (Spool spool = open(8)) {
            spool.append(Records.rows(NOON, 0, 10));
            Path file = folder.resolve("spool-worker-1.db");
            try (var busy = SqliteTable.open(file.toString()); var statement = busy.createStatement()) {
                statement.execute("CREATE TRIGGER full BEFORE DELETE ON spool BEGIN SELECT RAISE(FAIL, 'full'); END");
                Spool.Head head = spool.head(4);
                spool.delivered(head.lastSeq(), 4);

                assertThat(spool.size()).isEqualTo(6);
                assertThat(spool.head(100).rows()).hasSize(6);
                assertThat(SqliteTable.number(busy, "SELECT count(*) FROM spool")).isEqualTo(10);

                statement.execute("DROP TRIGGER full");
                spool.forgetDelivered();
                assertThat(SqliteTable.number(busy, "SELECT count(*) FROM spool")).isEqualTo(6);
                assertThat(spool.head(100).rows()).hasSize(6);
            }
        }
    }
}
