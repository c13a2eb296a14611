package dev.falcon.inferencelog;

import java.util.Optional;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/** Brings the table {@code inference_logs} up to date; several workers may do so at once. Stateless. */
final class Migration {

    private static final String SCRIPTS = "classpath:dev/falcon/inferencelog/migration";

    private Migration() {}

    /** The reason where it failed. Opens and closes connections of its own. */
    static Optional<String> run(DataSource connections) {
        try {
            Flyway.configure()
                    .dataSource(connections)
                    .locations(SCRIPTS)
                    // Another program's tables in the schema are no reason not to make ours.
                    .baselineOnMigrate(true)
                    .baselineVersion("0")
                    .loggers("slf4j")
                    .load()
                    .migrate();
            return Optional.empty();
        } catch (FlywayException e) {
            return Optional.of("migration failed: " + PostgresFault.firstLine(e.getMessage()));
        }
    }
}
