package dev.falcon.config;

import dev.falcon.config.SettingsFaults.Fault;
import java.time.Duration;
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

    /** A duration in the unit of its setting, so that a person finds it as it was typed. */
    private static String seconds(Duration duration) {
        return Values.plain(duration.toNanos() / 1e9) + " s";
    }

    private static String millis(Duration duration) {
        return Values.plain(duration.toNanos() / 1e6) + " ms";
    }

    private static void check(Settings.Retry retry, List<Fault> faults) {
        if (retry.baseDelay().compareTo(retry.maxDelay()) > 0) {
            faults.add(new Fault("RETRY_BASE_DELAY_MS", "together with RETRY_MAX_DELAY_MS",
                    millis(retry.baseDelay()) + " is longer than the longest delay, "
                            + millis(retry.maxDelay())));
        }
    }

    private static void check(Settings.Http http, List<Fault> faults) {
        if (http.drainGrace().compareTo(http.gracefulShutdownTimeout()) >= 0) {
            faults.add(new Fault("DRAIN_GRACE_SECONDS", "together with GRACEFUL_SHUTDOWN_TIMEOUT_SECONDS",
                    seconds(http.drainGrace()) + " leaves no time of the whole drain's "
                            + seconds(http.gracefulShutdownTimeout())));
        }
    }

    private static void check(Settings.Limits limits, List<Fault> faults) {
        if (limits.inferenceTimeout().compareTo(limits.requestTimeout()) > 0) {
            faults.add(new Fault("INFERENCE_TIMEOUT_SECONDS", "together with REQUEST_TIMEOUT_SECONDS",
                    seconds(limits.inferenceTimeout()) + " is longer than the whole request's "
                            + seconds(limits.requestTimeout())));
        }
    }
}
