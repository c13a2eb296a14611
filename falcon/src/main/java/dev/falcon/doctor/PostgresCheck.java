package dev.falcon.doctor;

import dev.falcon.config.Settings;
import dev.falcon.inference.Ticker;
import dev.falcon.inferencelog.PostgresCheckup;
import java.time.InstantSource;
import java.util.List;

/** Looks at PostgreSQL, from the name's resolution to the partitions. For use by one thread. */
final class PostgresCheck {

    private final Settings.Postgres settings;
    private final Ticker ticker;
    private final InstantSource clock;

    PostgresCheck(Settings.Postgres settings, Ticker ticker, InstantSource clock) {
        this.settings = settings;
        this.ticker = ticker;
        this.clock = clock;
    }

    List<Finding> look() throws InterruptedException {
        String host = settings.host();
        if (host == null) {
            return List.of(Finding.skipped("postgres", "no POSTGRES_HOST is set", ""));
        }
        Reach reach = Reach.to(host, settings.port(), Doctor.patience(settings.operationTimeout()), ticker);
        if (reach.outcome() != Reach.Outcome.CONNECTED) {
            return List.of(reach.fault("postgres.connect", "POSTGRES"));
        }
        try {
            return PostgresJudgement.of(new PostgresCheckup(settings, ticker, clock).run(), settings.poolSize(),
                    reach.place());
        } catch (PostgresCheckup.Failed e) {
            return List.of(PostgresJudgement.failed(String.valueOf(e.getMessage()), e.sqlState(), reach.place()));
        }
    }
}
