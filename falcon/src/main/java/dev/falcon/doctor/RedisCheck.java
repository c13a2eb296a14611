package dev.falcon.doctor;

import dev.falcon.config.Settings;
import dev.falcon.inference.Ticker;
import dev.falcon.store.RedisCheckup;
import dev.falcon.store.StoreUnavailable;
import java.util.List;

/** Looks at Redis, from the name's resolution to its own settings. For use by one thread. */
final class RedisCheck {

    private final Settings.Redis settings;
    private final Ticker ticker;

    RedisCheck(Settings.Redis settings, Ticker ticker) {
        this.settings = settings;
        this.ticker = ticker;
    }

    List<Finding> look() throws InterruptedException {
        String host = settings.host();
        if (host == null) {
            return List.of(Finding.skipped("redis", "no REDIS_HOST is set", ""));
        }
        Reach reach = Reach.to(host, settings.port(), Doctor.patience(settings.operationTimeout()), ticker);
        if (reach.outcome() != Reach.Outcome.CONNECTED) {
            return List.of(reach.fault("redis.connect", "REDIS"));
        }
        try {
            return RedisJudgement.of(new RedisCheckup(settings, ticker).run(), settings.operationTimeout(),
                    reach.place());
        } catch (StoreUnavailable e) {
            return List.of(RedisJudgement.refused(String.valueOf(e.getMessage()), reach.place()));
        }
    }
}
