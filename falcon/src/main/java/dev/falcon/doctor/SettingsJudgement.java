package dev.falcon.doctor;

import dev.falcon.config.Cidr;
import dev.falcon.config.Settings;
import dev.falcon.config.SettingsFaults.Fault;
import dev.falcon.config.SettingsFindings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What is to be thought of the settings: what is wrong, strange or risky, and what the defaults of a laptop lose. Pure. */
final class SettingsJudgement {

    private static final String NAME = "settings";
    private static final Duration LONG_WAIT = Duration.ofSeconds(1);

    private SettingsJudgement() {}

    static List<Finding> of(SettingsFindings settings) {
        List<Finding> findings = new ArrayList<>();
        for (Fault fault : settings.faults()) {
            findings.add(Finding.fault(NAME, fault.toString(), "mend it; no worker starts like this (exit status 78)"));
        }
        if (settings.faults().isEmpty()) {
            findings.add(Finding.ok(NAME,
                    settings.set() + " set, all others at their defaults (`falcon config` lists them)"));
        }
        for (Fault unknown : settings.unknown()) {
            findings.add(Finding.warning("settings.unknown", unknown.toString(),
                    "remove it; docs/REFERENCE.md lists all settings"));
        }
        settings.section(Settings.Redis.class).ifPresent(redis -> redis(redis, findings));
        settings.section(Settings.Postgres.class)
                .ifPresent(postgres -> settings.section(Settings.InferenceLog.class)
                        .ifPresent(log -> log(log, postgres.host() != null, findings)));
        settings.section(Settings.Idempotency.class)
                .ifPresent(keys -> settings.section(Settings.Cache.class)
                        .ifPresent(cache -> lifetimes(keys, cache, findings)));
        settings.section(Settings.Http.class)
                .ifPresent(http -> settings.section(Settings.Limits.class)
                        .ifPresent(limits -> callers(http, limits, findings)));
        settings.section(Settings.Worker.class).ifPresent(worker -> worker(worker, findings));
        settings.section(Settings.Debug.class).ifPresent(debug -> debug(debug, findings));
        return findings;
    }

    private static void redis(Settings.Redis redis, List<Finding> findings) {
        if (redis.host() == null) {
            findings.add(Finding.warning("settings.store",
                    "no REDIS_HOST: answers and idempotency keys live in this process only, are lost when it ends and are"
                            + " not shared with other workers",
                    "fine for one worker on a laptop; else set REDIS_HOST"));
        } else if (redis.operationTimeout().compareTo(LONG_WAIT) > 0) {
            findings.add(Finding.warning("settings.store",
                    "REDIS_OPERATION_TIMEOUT_MS=" + redis.operationTimeout().toMillis()
                            + ": until the breaker opens, a hanging Redis costs each request that long",
                    "100 is plenty in one data centre"));
        }
    }

    private static void log(Settings.InferenceLog log, boolean postgres, List<Finding> findings) {
        if (!log.enabled()) {
            findings.add(Finding.warning("settings.log", "INFERENCE_LOG_ENABLED=false: no answer is recorded",
                    "set it to true if anybody relies on the record"));
            return;
        }
        if (!postgres) {
            findings.add(Finding.warning("settings.log",
                    "no POSTGRES_HOST: answers are recorded in a SQLite file on this machine, which other workers do not"
                            + " share, and whose oldest records go first when it reaches INFERENCE_LOG_MAX_MB="
                            + log.maxMb(),
                    "fine for one worker on a laptop; else set POSTGRES_HOST"));
        } else if (log.spoolMaxMb() == 0) {
            findings.add(Finding.warning("settings.log",
                    "INFERENCE_LOG_SPOOL_MAX_MB=0: while PostgreSQL is away, all but the last " + log.bufferCapacity()
                            + " records are lost, and these too when the worker ends",
                    "give the spool some space"));
        }
        if (log.text()) {
            findings.add(Finding.warning("settings.log_text", "INFERENCE_LOG_TEXT=true: texts of callers are kept",
                    "make sure that they may be, or set it to false"));
        }
    }

    private static void lifetimes(Settings.Idempotency keys, Settings.Cache cache, List<Finding> findings) {
        if (cache.enabled() && keys.ttl().compareTo(cache.ttl()) < 0) {
            findings.add(Finding.warning("settings.lifetimes",
                    "IDEMPOTENCY_TTL_SECONDS is shorter than CACHE_TTL_SECONDS: a full Redis removes keys before answers",
                    "keep answers for a shorter time than keys"));
        }
    }

    private static void callers(Settings.Http http, Settings.Limits limits, List<Finding> findings) {
        if (limits.rateLimitPerMinute() > 0 && http.trustedProxies().isEmpty()) {
            findings.add(Finding.warning("settings.callers",
                    "RATE_LIMIT_PER_MINUTE without TRUSTED_PROXIES: behind a proxy all callers share one allowance",
                    "name the proxy's network in TRUSTED_PROXIES if there is one"));
        }
        for (Cidr network : http.trustedProxies()) {
            if (network.prefixBits() == 0) {
                findings.add(Finding.warning("settings.callers",
                        "TRUSTED_PROXIES holds " + network + ": any caller may claim any address",
                        "name the proxies' own networks only"));
            }
        }
    }

    private static void worker(Settings.Worker worker, List<Finding> findings) {
        if (worker.logLevel().compareTo(Settings.LogLevel.WARNING) > 0) {
            findings.add(Finding.warning("settings.log_level",
                    "LOG_LEVEL=" + worker.logLevel() + ": retries, slow requests and breaker changes are not logged",
                    "INFO costs little"));
        }
    }

    private static void debug(Settings.Debug debug, List<Finding> findings) {
        if (debug.memoryGrowth()) {
            findings.add(Finding.warning("settings.debug",
                    "DEBUG_MEMORY_GROWTH=true: each request keeps " + debug.memoryGrowthMbPerRequest()
                            + " MB for good, until the worker dies of it",
                    "for drills only: unset it and make the worker anew"));
        }
        if (debug.crashOnText() != null) {
            findings.add(Finding.warning("settings.debug",
                    "DEBUG_CRASH_ON_TEXT is set: that text ends the worker, whoever sends it",
                    "for drills only: unset it and make the worker anew"));
        }
    }
}
