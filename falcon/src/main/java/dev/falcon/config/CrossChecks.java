package dev.falcon.config;

import dev.falcon.config.SettingsFaults.Fault;
import java.util.List;

/** Faults that only show when two settings, or a setting's shape, are looked at together. Stateless. */
final class CrossChecks {

    private CrossChecks() {}

    static void check(Settings settings, List<Fault> faults) {
        if (!settings.worker().id().matches("[A-Za-z0-9._-]{1,63}")) {
            faults.add(new Fault("WORKER_ID", "environment or host's name",
                    "must be 1 to 63 of [A-Za-z0-9._-], and has " + settings.worker().id().length() + " characters"));
        }
        if (settings.retry().baseDelay().compareTo(settings.retry().maxDelay()) > 0) {
            faults.add(new Fault("RETRY_BASE_DELAY_MS", "together with RETRY_MAX_DELAY_MS",
                    settings.retry().baseDelay().toMillis() + " ms is longer than the longest delay, "
                            + settings.retry().maxDelay().toMillis() + " ms"));
        }
        Settings.Http http = settings.http();
        if (http.drainGrace().compareTo(http.gracefulShutdownTimeout()) >= 0) {
            faults.add(new Fault("DRAIN_GRACE_SECONDS", "together with GRACEFUL_SHUTDOWN_TIMEOUT_SECONDS",
                    http.drainGrace().toMillis() + " ms leaves no time of the whole drain's "
                            + http.gracefulShutdownTimeout().toMillis() + " ms"));
        }
        Settings.Limits limits = settings.limits();
        if (limits.inferenceTimeout().compareTo(limits.requestTimeout()) > 0) {
            faults.add(new Fault("INFERENCE_TIMEOUT_SECONDS", "together with REQUEST_TIMEOUT_SECONDS",
                    limits.inferenceTimeout().toMillis() + " ms is longer than the whole request's "
                            + limits.requestTimeout().toMillis() + " ms"));
        }
    }
}
