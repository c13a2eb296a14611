package dev.falcon.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.config.SettingsFindings;
import dev.falcon.config.SettingsReader;
import dev.falcon.config.Sources;
import dev.falcon.doctor.Finding.Status;
import dev.falcon.inferencelog.PostgresCheckup;
import dev.falcon.store.RedisCheckup;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What given facts mean. */
class JudgementTest {

    private static final Duration TIMEOUT = Duration.ofMillis(100);
    private static final RedisCheckup.Server SOUND =
            new RedisCheckup.Server("7.2.4", "master", 1000, 10, "volatile-ttl",
                    true, false);

    private static Finding named(List<Finding> findings, String name) {
        return findings.stream().filter(finding -> finding.name().equals(name)).findFirst().orElseThrow();
    }

    private static Finding redis(String name, RedisCheckup.Server server) {
        return named(RedisJudgement.of(new RedisCheckup.Found(3, 0.2, Optional.empty(), server), TIMEOUT, "redis:6379"),
                name);
    }

    @Test
    void aSoundRedisGivesNothingToDo() {
        assertThat(RedisJudgement.of(new RedisCheckup.Found(3, 0.2, Optional.empty(), SOUND), TIMEOUT, "redis:6379"))
                .allMatch(finding -> finding.status() == Status.OK && finding.advice().isEmpty());
    }

    @ParameterizedTest
    @CsvSource({"24,OK", "26,WARNING", "99,WARNING", "100,FAULT", "300,FAULT"})
    void aRoundTripIsJudgedByTheOperationTimeout(double millis, Status status) {
        assertThat(named(RedisJudgement.of(new RedisCheckup.Found(3, millis, Optional.empty(), SOUND), TIMEOUT, "r"),
                "redis.round_trip").status()).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({"volatile-ttl,OK", "noeviction,WARNING", "allkeys-lru,WARNING", "volatile-lru,WARNING", "'',WARNING"})
    void onlyTheContractsPolicyIsRight(String policy, Status status) {
        Finding finding = redis("redis.eviction",
                new RedisCheckup.Server("7", "master", 1000, 10, policy, true, false));

        assertThat(finding.status()).isEqualTo(status);
        assertThat(finding.advice().contains("volatile-ttl")).isEqualTo(status == Status.WARNING);
    }

    @ParameterizedTest
    @CsvSource({"0,5,WARNING", "1000,899,OK", "1000,900,WARNING"})
    void memoryIsJudgedByItsLimit(long max, long used, Status status) {
        assertThat(redis("redis.memory", new RedisCheckup.Server("7", "master", max, used, "volatile-ttl", true, false))
                .status()).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({"WRONGPASS invalid username-password pair,REDIS_PASSWORD",
        "NOAUTH Authentication required.,set REDIS_PASSWORD",
        "ERR AUTH <password> called without any password configured for the default user,unset REDIS_PASSWORD",
        "LOADING Redis is loading the dataset in memory,wait", "NOPERM this user has no permissions,EVAL",
        "timeout: no connection,stopped", "ERR DB index is out of range,REDIS_DB",
        "ERR max number of clients reached,maxclients"})
    void eachRefusalOfRedisHasItsAdvice(String message, String advice) {
        assertThat(RedisJudgement.refused(message, "redis:6379")).satisfies(finding -> {
            assertThat(finding.status()).isEqualTo(Status.FAULT);
            assertThat(finding.detail()).contains("redis:6379", message);
            assertThat(finding.advice()).contains(advice);
        });
    }

    @ParameterizedTest
    @CsvSource({"28P01,POSTGRES_PASSWORD", "28000,pg_hba.conf", "3D000,POSTGRES_DB", "53300,POSTGRES_POOL_SIZE",
        "57P03,wait"})
    void eachRefusalOfPostgresHasItsAdvice(String state, String advice) {
        assertThat(PostgresJudgement.failed("FATAL: no", state, "db:5432").advice()).contains(advice);
    }

    private static List<Finding> postgres(PostgresCheckup.Connections connections, Duration offset, int daysAhead) {
        return PostgresJudgement.of(new PostgresCheckup.Found(20, 0.3, "17.1", Optional.empty(), true, false, offset,
                connections, new PostgresCheckup.Rights(Optional.empty(), true, Optional.empty(), daysAhead)), 4,
                "db:5432");
    }

    /** Of 100 connections 3 are reserved; a worker takes 4. */
    @ParameterizedTest
    @CsvSource({"12,8,2,OK,room for 23 workers", "97,8,2,OK,room for 2 workers", "97,8,3,WARNING,room for 2 workers",
        "94,0,0,WARNING,room for 0 workers", "93,0,0,OK,room for 1 worker "})
    void workersTimesPoolMustFitIntoWhatOthersLeave(int inUse, int falcon, int workers, Status status, String said) {
        Finding finding =
                named(postgres(new PostgresCheckup.Connections(100, 3, inUse, falcon, workers), Duration.ZERO, 3),
                        "postgres.connections");

        assertThat(finding.status()).isEqualTo(status);
        assertThat(finding.detail()).contains(said.strip());
    }

    @ParameterizedTest
    @CsvSource({"4900,OK", "-4900,OK", "5001,WARNING", "-5001,WARNING"})
    void aClockMayBeFiveSecondsOff(long millis, Status status) {
        assertThat(named(postgres(new PostgresCheckup.Connections(100, 3, 0, 0, 0), Duration.ofMillis(millis), 3),
                "postgres.clock").status()).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({"-1,WARNING", "0,WARNING", "1,OK", "3,OK"})
    void tomorrowsPartitionMustBeThere(int daysAhead, Status status) {
        assertThat(named(postgres(new PostgresCheckup.Connections(100, 3, 0, 0, 0), Duration.ZERO, daysAhead),
                "postgres.partitions").status()).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({"500,0,OK", "99,0,WARNING", "99,1,OK"})
    void aDiskMustHaveRoomForWhatMayStillBeWritten(long freeMb, long usedMb, Status status) {
        assertThat(
                DiskCheck.judged("disk.spool", new DiskCheck.Room(Path.of("/s"), Path.of("/"), Optional.empty(), freeMb,
                        usedMb), 100, "X").status())
                .isEqualTo(status);
    }

    @Test
    void nativeCodeThatCannotBeLoadedIsAFaultThatNamesTheFolder() {
        assertThat(DiskCheck.sqlite(Optional.of("failed to map segment"), "/tmp")).satisfies(finding -> {
            assertThat(finding.status()).isEqualTo(Status.FAULT);
            assertThat(finding.advice()).contains("/tmp", "noexec", "java.io.tmpdir");
        });
    }

    @ParameterizedTest
    @CsvSource({"LOG_LEVEL,ERROR,settings.log_level", "INFERENCE_LOG_ENABLED,false,settings.log",
        "INFERENCE_LOG_TEXT,true,settings.log_text", "IDEMPOTENCY_TTL_SECONDS,60,settings.lifetimes",
        "RATE_LIMIT_PER_MINUTE,10,settings.callers", "TRUSTED_PROXIES,0.0.0.0/0,settings.callers",
        "REDIS_OPERATION_TIMEOUT_MS,5000,settings.store", "INFERENCE_LOG_SPOOL_MAX_MB,0,settings.log",
        "DEBUG_MEMORY_GROWTH,true,settings.debug"})
    void aRiskySettingIsWarnedOf(String setting, String value, String name) {
        Map<String, String> hosts = Map.of("REDIS_HOST", "redis", "POSTGRES_HOST", "postgres");
        Map<String, String> risky = new java.util.HashMap<>(hosts);
        risky.put(setting, value);

        assertThat(SettingsJudgement.of(examined(hosts))).singleElement()
                .matches(finding -> finding.status() == Status.OK);
        assertThat(named(SettingsJudgement.of(examined(risky)), name).status()).isEqualTo(Status.WARNING);
    }

    private static SettingsFindings examined(Map<String, String> environment) {
        return SettingsReader.examine(new Sources(environment, null),
                new SettingsReader.Surroundings("the-host", 3, Path.of("/opt/falcon")));
    }
}
