package dev.falcon.doctor;

import dev.falcon.store.RedisCheckup.Found;
import dev.falcon.store.RedisCheckup.Server;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** What is to be thought of a Redis, given what was found. Pure. */
final class RedisJudgement {

    private static final double NEARLY_FULL = 0.9;
    private static final double MEGABYTE = 1024 * 1024;

    private RedisJudgement() {}

    static List<Finding> of(Found found, Duration operationTimeout, String place) {
        Server server = found.server();
        return List.of(
                Finding.ok("redis.connect",
                        String.format(Locale.ROOT, "%s: connected and authenticated in %.0f ms", place,
                                found.connectMillis())),
                roundTrip(found.pingMillis(), operationTimeout),
                Finding.ok("redis.version", "Redis " + server.version()),
                role(server), write(found), memory(server), eviction(server), persistence(server));
    }

    /** The port is open, but no worker would get further. */
    static Finding refused(String message, String place) {
        String advice;
        if (message.contains("WRONGPASS") || message.contains("invalid password")) {
            advice = "REDIS_PASSWORD (or the file that REDIS_PASSWORD_FILE names) is not this server's password";
        } else if (message.contains("NOAUTH")) {
            advice = "the server asks for a password: set REDIS_PASSWORD or REDIS_PASSWORD_FILE";
        } else if (message.contains("without any password")) {
            advice = "the server has no password and one is set: unset REDIS_PASSWORD, or give the server its requirepass";
        } else if (message.contains("LOADING")) {
            advice = "the server reads its data after a start: wait, then look again";
        } else if (message.contains("NOPERM")) {
            advice = "give the user the right: it needs INFO, PING, GET, MGET, SET, DEL, EVAL and EVALSHA on falcon's keys";
        } else if (message.contains("DB index")) {
            advice = "REDIS_DB is beyond the server's databases: lower it, or raise `databases` in redis.conf";
        } else if (message.contains("max number of clients")) {
            advice = "raise maxclients, or find who holds them: redis-cli CLIENT LIST";
        } else if (message.contains("password file")) {
            advice = "make the file that REDIS_PASSWORD_FILE names readable for this user";
        } else if (message.contains("timeout")) {
            advice = "the port is open and nothing answers: is the process stopped, swapping or busy, and is it Redis?"
                    + " Try redis-cli PING on its machine";
        } else if (message.contains("too old")) {
            advice = "use a newer Redis";
        } else {
            advice = "try redis-cli PING on its machine, and look at its log";
        }
        return Finding.fault("redis.connect", place + ": " + message, advice);
    }

    private static Finding roundTrip(double millis, Duration operationTimeout) {
        String detail = String.format(Locale.ROOT, "median %.2f ms", millis);
        String bound = "REDIS_OPERATION_TIMEOUT_MS=" + operationTimeout.toMillis();
        if (millis >= operationTimeout.toNanos() / 1e6) {
            return Finding.fault("redis.round_trip", detail + ", longer than " + bound + ": a worker takes it for dead",
                    "find out why it is slow (redis-cli --latency, SLOWLOG GET), or raise the setting");
        }
        return millis >= operationTimeout.toNanos() / 4e6
                ? Finding.warning("redis.round_trip", detail + ", near to " + bound,
                        "place it nearer, or find out why it is slow: redis-cli --latency")
                : Finding.ok("redis.round_trip", detail);
    }

    private static Finding role(Server server) {
        return server.role().equals("master")
                ? Finding.ok("redis.role", "primary")
                : Finding.fault("redis.role", "it is a replica (" + server.role() + "), where nothing can be written",
                        "set REDIS_HOST to its primary, which redis-cli INFO replication names");
    }

    private static Finding write(Found found) {
        if (found.writeFailure().isEmpty()) {
            return Finding.ok("redis.write", "a key of its own was written, read by a script and removed");
        }
        String why = found.writeFailure().get();
        String advice;
        if (why.contains("OOM")) {
            advice = "it is full and removes nothing: redis-cli CONFIG SET maxmemory-policy volatile-ttl, or raise maxmemory";
        } else if (why.contains("READONLY")) {
            advice = "set REDIS_HOST to the primary";
        } else if (why.contains("MISCONF")) {
            advice = "it cannot write to its disk: free some space there and look at its log";
        } else if (why.contains("NOPERM")) {
            advice = "give the user the right to SET, GET, DEL and EVAL on falcon's keys: redis-cli ACL SETUSER …";
        } else {
            advice = "look at the log of Redis";
        }
        return Finding.fault("redis.write", why, advice);
    }

    private static Finding memory(Server server) {
        double used = server.usedMemory() / MEGABYTE;
        if (server.maxMemory() == 0) {
            return Finding.warning("redis.memory",
                    String.format(Locale.ROOT, "%.1f MB used and no maxmemory: it grows until the system ends it",
                            used),
                    "redis-cli CONFIG SET maxmemory 256mb, and in redis.conf");
        }
        double ratio = (double) server.usedMemory() / server.maxMemory();
        String detail =
                String.format(Locale.ROOT, "%.1f of %.1f MB used (%.0f %%)", used, server.maxMemory() / MEGABYTE,
                        ratio * 100);
        return ratio >= NEARLY_FULL
                ? Finding.warning("redis.memory", detail, "raise maxmemory, or lower CACHE_TTL_SECONDS")
                : Finding.ok("redis.memory", detail);
    }

    private static Finding eviction(Server server) {
        String policy = server.maxMemoryPolicy();
        String ours = "redis-cli CONFIG SET maxmemory-policy volatile-ttl, and in redis.conf";
        if (policy.equals("volatile-ttl")) {
            return Finding.ok("redis.eviction",
                    "maxmemory-policy is volatile-ttl: cached answers go before idempotency keys");
        }
        if (policy.isEmpty()) {
            return Finding.warning("redis.eviction", "it does not tell its maxmemory-policy",
                    "make sure it is volatile-ttl");
        }
        return Finding.warning("redis.eviction",
                "maxmemory-policy is " + policy + ": when it is full, " + switch (policy) {
                    case "noeviction" -> "neither answers nor idempotency keys are taken any more";
                    default -> "idempotency keys, promised for a day, may go before cached answers";
                }, ours);
    }

    private static Finding persistence(Server server) {
        if (server.diskFault()) {
            return Finding.fault("redis.persistence", "its last write to disk failed",
                    "free space on its disk, look at its log");
        }
        return server.appendOnly()
                ? Finding.ok("redis.persistence", "appendonly is on")
                : Finding.warning("redis.persistence",
                        "appendonly is off: a restart loses idempotency keys that are promised for IDEMPOTENCY_TTL_SECONDS",
                        "redis-cli CONFIG SET appendonly yes, and in redis.conf");
    }
}
