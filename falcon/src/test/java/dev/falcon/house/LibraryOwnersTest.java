package dev.falcon.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LibraryOwnersTest {
    private final Libraries libraries = new Libraries(FloorPlan.ofFalcon());

    @Test
    void eachLibraryIsUsedOnlyByItsRoom() {
        assertThat(libraries.strayUses(MainClasses.all())).isEmpty();
    }

    @Test
    void noLibraryTypeStandsInAPublicSignature() {
        assertThat(libraries.leaks(MainClasses.all())).isEmpty();
    }

    @Test
    void seeded_aLibraryInAnotherRoomIsReported(@TempDir Path folder) {
        var classes = Seeded.classes(folder, """
                package dev.falcon.cache;
                final class Rows {
                    int count(java.sql.ResultSet rows) throws Exception {
                        return rows.getFetchSize();
                    }
                }
                """);

        assertThat(libraries.strayUses(classes)).isNotEmpty()
                .allMatch(
                        fault -> fault.startsWith("room cache must not use java.sql, which belongs to [inferencelog]"));
    }

    @Test
    void seeded_aLibraryThatNobodyOwnsIsReported(@TempDir Path folder) {
        var classes = Seeded.classes(folder, """
                package dev.falcon.cache;
                final class Waits {
                    Object wait = org.awaitility.Awaitility.await();
                }
                """);

        assertThat(libraries.strayUses(classes)).isNotEmpty().allMatch(fault -> fault.startsWith("no room owns "));
    }

    @Test
    void seeded_libraryTypesInPublicSignaturesAreReported(@TempDir Path folder) {
        var classes = Seeded.classes(folder, """
                package dev.falcon.inferencelog;
                import java.sql.*;
                import java.util.*;
                public final class Open {
                    public Open(Connection connection) {}
                    public List<Map<String, ResultSet[]>> results() { return List.of(); }
                    public void run() throws SQLException {}
                    protected Statement statement;
                    void inside(Connection connection) {}
                }
                """, """
                package dev.falcon.inferencelog;
                final class Closed {
                    public Closed(java.sql.Connection connection) {}
                }
                """);

        assertThat(libraries.leaks(classes)).hasSize(4)
                .anyMatch(fault -> fault.contains("Open.<init>(java.sql.Connection) shows java.sql.Connection"))
                .anyMatch(fault -> fault.contains("Open.results() shows java.sql.ResultSet"))
                .anyMatch(fault -> fault.contains("Open.run() shows java.sql.SQLException"))
                .anyMatch(fault -> fault.contains("Open.statement shows java.sql.Statement"));
    }

    @Test
    void seeded_theServersRoutingTypesMayPassBetweenItsRooms(@TempDir Path folder) {
        var classes = Seeded.classes(folder, """
                package dev.falcon.http;
                public final class Routes {
                    public void register(io.helidon.webserver.http.HttpRules rules) {}
                }
                """);

        assertThat(libraries.strayUses(classes)).isEmpty();
        assertThat(libraries.leaks(classes)).isEmpty();
    }
}
