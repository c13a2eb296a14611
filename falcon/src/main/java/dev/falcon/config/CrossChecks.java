package dev.falcon.config;

import dev.falcon.config.SettingsFaults.Fault;
import java.util.List;

/** Faults that only show when two settings of one section are looked at together. Stateless. */
final class CrossChecks {

    private CrossChecks() {}

    /** Looks at a section whose settings are each right by themselves, whatever is wrong with other sections. */
    static void check(Record section, List<Fault> faults) {
        switch (section) {
            case Settings.Retry retry -> check(retry, faults);
            case Settings.Http http -> check(http, faults);
            case Settings.Limits limits -> check(limits, faults);
            default -> {
                // Nothing in it depends on anything else.
            }
        }
    }

    private static void check(Settings.Retry retry, List<Fault> faults) {
        if (retry.baseDelay().compareTo(retry.maxDelay()) > 0) {
            faults.add(new Fault("RETRY_BASE_DELAY_MS", "together with RETRY_MAX_DELAY_MS",
                    retry.baseDelay().toMillis() + " ms is longer than the longest delay, "
                            + retry.maxDelay().toMillis() + " ms"));
        }
    }

    private static void check(Settings.Http http, List<Fault> faults) {
        if (http.drainGrace().compareTo(http.gracefulShutdownTimeout()) >= 0) {
            faults.add(new Fault("DRAIN_GRACE_SECONDS", "together with GRACEFUL_SHUTDOWN_TIMEOUT_SECONDS",
                    http.drainGrace().toMillis() + " ms leaves no time of the whole drain's "
                            + http.gracefulShutdownTimeout().toMillis() + " ms"));
        }
    }

    private static void check(Settings.Limits limits, List<Fault> faults) {
        if (limits.inferenceTimeout().compareTo(limits.requestTimeout()) > 0) {
            faults.add(new Fault("INFERENCE_TIMEOUT_SECONDS", "together with REQUEST_TIMEOUT_SECONDS",
                    limits.inferenceTimeout().toMillis() + " ms is longer than the whole request's "
                            + limits.requestTimeout().toMillis() + " ms"));
        }
    }
}
