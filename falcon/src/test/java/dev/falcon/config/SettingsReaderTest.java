package dev.falcon.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsReaderTest {

    private static final SettingsReader.Surroundings HERE = new SettingsReader.Surroundings("the-host", 3,
            Path.of("/opt/falcon"));

    private static Settings read(Map<String, String> environment) throws SettingsFaults {
        return read(environment, null);
    }

    private static Settings read(Map<String, String> environment, @Nullable Path envFile) throws SettingsFaults {
        return SettingsReader.read(new Sources(environment, envFile), HERE);
    }

    private static List<SettingsFaults.Fault> faults(Map<String, String> environment) {
        return catchThrowableOfType(SettingsFaults.class, () -> read(environment)).faults();
    }

    @Test
    void anEmptyEnvironmentGivesTheContractsDefaults() throws SettingsFaults {
        Settings settings = read(Map.of());

        assertThat(settings.http().port()).isEqualTo(8000);
        assertThat(settings.http().host()).isEqualTo("0.0.0.0");
        assertThat(settings.worker().id()).isEqualTo("the-host");
        assertThat(settings.limits().maxInFlight()).isEqualTo(192);
        assertThat(settings.redis().host()).isNull();
        assertThat(settings.redis().operationTimeout()).isEqualTo(Duration.ofMillis(100));
        assertThat(settings.breaker().timeout()).isEqualTo(Duration.ofSeconds(60));
        assertThat(settings.http().trustedProxies()).isEmpty();
    }

    @Test
    void aDefaultPathIsInTheInstallationAndASetOneIsTakenAsItIs() throws SettingsFaults {
        assertThat(read(Map.of()).models().path()).isEqualTo(Path.of("/opt/falcon/models"));
        assertThat(read(Map.of("MODEL_PATH", "mine")).models().path()).isEqualTo(Path.of("mine"));
    }

    /** A name bound to the wrong component would leave some default in place. */
    @Test
    void everySettingReachesItsOwnComponent() throws SettingsFaults {
        Map<String, String> environment = new HashMap<>();
        int port = 1000;
        for (SettingsCatalog.Row row : SettingsCatalog.rows()) {
            environment.put(row.name(), switch (row.type()) {
                case "whole number", "number", "duration" -> numberIn(row);
                case "true or false" -> row.byDefault().equals("true") ? "false" : "true";
                case "one of" -> row.allowed().substring(row.allowed().lastIndexOf(' ') + 1);
                case "list" -> "10.1.2.0/24";
                case "secret" -> "hidden" + port++;
                case "path" -> "/set/path" + port++;
                default -> (row.name().endsWith("_ENDPOINT") ? "http://set" : "set") + port++;
            });
        }

        Settings settings = read(environment);

        assertThat(SettingsCatalog.effective(settings)).allSatisfy(effective -> {
            String expected = String.valueOf(environment.get(effective.name()));
            assertThat(effective.value()).as(effective.name())
                    .isEqualToIgnoringCase(expected.startsWith("hidden") ? "***" : expected);
        });
    }

    /** The smallest allowed number, nudged off the default. */
    private static String numberIn(SettingsCatalog.Row row) {
        String smallest = row.allowed().substring(0, row.allowed().indexOf(' '));
        String candidate = smallest.contains(".") ? "1" : smallest;
        return switch (row.name()) {
            case "RETRY_MAX_DELAY_MS", "REQUEST_TIMEOUT_SECONDS", "GRACEFUL_SHUTDOWN_TIMEOUT_SECONDS" -> "77";
            default -> candidate.equals(row.byDefault()) ? "2" : candidate;
        };
    }

    @Test
    void allFaultsAreReportedAtOnceEachWithNameValueAndRange() {
        List<SettingsFaults.Fault> faults = faults(Map.of("PORT", "eighty", "LOG_LEVEL", "loud", "CACHE_ENABLED", "yes",
                "CACHE_TTL_SECONDS", "0", "TRUSTED_PROXIES", "10.0.0.0/8,example.org", "POSTGRES_POOL_SIZE", "1.5"));

        assertThat(faults).extracting(SettingsFaults.Fault::name)
                .containsExactlyInAnyOrder("PORT", "LOG_LEVEL",
                        "CACHE_ENABLED", "CACHE_TTL_SECONDS", "TRUSTED_PROXIES", "POSTGRES_POOL_SIZE");
        assertThat(faults).extracting(SettingsFaults.Fault::toString)
                .anyMatch(text -> text.contains("PORT (environment): \"eighty\" is not a number (0 to 65535)"))
                .anyMatch(text -> text.contains("0 is out of range (1 to 31536000 seconds)"))
                .anyMatch(text -> text.contains("\"1.5\" is not a whole number (2 to 1000)"))
                .anyMatch(text -> text.contains("\"example.org\" is not an address or network"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e100000000", "1e-100000000", "-1", "NaN", "0x10", "8000.5", "99999999999999999999999"})
    void anOddNumberIsAFaultAndCostsNoTime(String number) {
        assertThat(faults(Map.of("PORT", number))).singleElement()
                .satisfies(fault -> assertThat(fault.name()).isEqualTo("PORT"));
    }

    @Test
    void aPortInjectedByKubernetesIsNamedAsSuch() {
        assertThat(faults(Map.of("REDIS_PORT", "tcp://10.0.0.1:6379"))).singleElement()
                .satisfies(fault -> assertThat(fault.problem()).contains("Kubernetes", "Service named \"redis\"",
                        "enableServiceLinks: false"));
    }

    @ParameterizedTest
    @CsvSource({"RETRY_BASE_DELAY_MS,6000", "DRAIN_GRACE_SECONDS,30", "INFERENCE_TIMEOUT_SECONDS,31",
        "WORKER_ID,a b"})
    void settingsThatContradictEachOtherAreFaults(String name, String value) {
        assertThat(faults(Map.of(name, value))).singleElement()
                .satisfies(fault -> assertThat(fault.name()).isEqualTo(name));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"DRAIN_GRACE_SECONDS | 40 | 40 s leaves no time of the whole drain's 30 s",
        "INFERENCE_TIMEOUT_SECONDS | 30.5 | 30.5 s is longer than the whole request's 30 s",
        "RETRY_BASE_DELAY_MS | 6000 | 6000 ms is longer than the longest delay, 5000 ms"})
    void aContradictionIsToldInTheSettingsOwnUnit(String name, String value, String problem) {
        assertThat(faults(Map.of(name, value))).singleElement()
                .satisfies(fault -> assertThat(fault.problem()).isEqualTo(problem));
    }

    @ParameterizedTest
    @CsvSource({"POSTGRES_HOST,db:5433,POSTGRES_PORT", "POSTGRES_HOST,postgres://db,POSTGRES_PORT",
        "REDIS_HOST,10.0.0.1:6379,REDIS_PORT", "REDIS_HOST,/run/redis.sock,REDIS_PORT", "HOST,0.0.0.0:8000,PORT",
        "REDIS_HOST,[::1]:6379,REDIS_PORT"})
    void aHostWithItsPortIsAFaultThatNamesThePortsSetting(String name, String value, String port) {
        assertThat(faults(Map.of(name, value))).singleElement()
                .satisfies(fault -> assertThat(fault.toString()).startsWith(name + " ")
                        .endsWith("a host only; the port goes into " + port));
    }

    @ParameterizedTest
    @ValueSource(strings = {"db", "db-1.example.org", "10.0.0.1", "::1", "[::1]", "::", "fe80::1%eth0",
        "::ffff:10.0.0.1"})
    void namesAndAddressesAreHosts(String host) throws SettingsFaults {
        assertThat(read(Map.of("POSTGRES_HOST", host)).postgres().host()).isEqualTo(host);
    }

    @Test
    void aSecretIsNeverShownEvenInAFault() {
        assertThat(faults(Map.of("REDIS_PASSWORD", "s3cret", "REDIS_PASSWORD_FILE", "/run/secret")))
                .singleElement()
                .satisfies(fault -> assertThat(fault.toString()).contains("REDIS_PASSWORD_FILE")
                        .doesNotContain("s3cret"));
    }

    @Test
    void aPasswordFileIsReadAnewEachTime(@TempDir Path folder) throws SettingsFaults, IOException {
        Path file = Files.writeString(folder.resolve("password"), "first\n");
        Password password = read(Map.of("POSTGRES_PASSWORD_FILE", file.toString())).postgres().password();

        assertThat(password.current()).isEqualTo("first");
        Files.writeString(file, "second");
        assertThat(password.current()).isEqualTo("second");
    }

    @Test
    void theEnvironmentWinsOverTheFileAndTheFileOverTheDefault(@TempDir Path folder)
            throws SettingsFaults, IOException {
        Path file = Files.writeString(folder.resolve("falcon.env"),
                "# a comment\n\nPORT=9001\nHOST = \"127.0.0.1\"\nREDIS_HOST=\n");

        Settings settings = read(Map.of("PORT", "9002"), file);

        assertThat(settings.http().port()).isEqualTo(9002);
        assertThat(settings.http().host()).isEqualTo("127.0.0.1");
        assertThat(settings.redis().host()).isNull();
    }

    @Test
    void faultsInTheFileNameItsLine(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("falcon.env"), "PORT=99999\nnot a setting\n");

        List<SettingsFaults.Fault> faults = catchThrowableOfType(SettingsFaults.class, () -> read(Map.of(), file))
                .faults();

        assertThat(faults).extracting(SettingsFaults.Fault::source)
                .containsExactlyInAnyOrder(file + " line 1",
                        file + " line 2");
    }

    @Test
    void aLineOfAShellIsToldFromOneOfThisFile(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("falcon.env"), "export PORT=8001\n");

        assertThat(catchThrowableOfType(SettingsFaults.class, () -> read(Map.of(), file)).faults()).singleElement()
                .satisfies(fault -> assertThat(fault.toString()).contains("line 1", "NAME=value, without export"));
    }

    @Test
    void aFolderIsNoFile(@TempDir Path folder) {
        assertThat(catchThrowableOfType(SettingsFaults.class, () -> read(Map.of(), folder)).faults()).singleElement()
                .satisfies(fault -> assertThat(fault.problem()).isEqualTo(folder + " is a folder"));
    }

    @Test
    void aMissingFileIsAFault() {
        List<SettingsFaults.Fault> faults = catchThrowableOfType(SettingsFaults.class,
                () -> read(Map.of(), Path.of("/nowhere/falcon.env"))).faults();

        assertThat(faults).singleElement()
                .satisfies(fault -> assertThat(fault.problem()).isEqualTo("/nowhere/falcon.env does not exist"));
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.0/8,10.255.1.2,true", "10.0.0.0/8,11.0.0.1,false", "192.168.1.7,192.168.1.7,true",
        "192.168.1.7,192.168.1.8,false", "::1,::1,true", "fd00::/8,fd12::1,true", "0.0.0.0/0,::1,false",
        "172.16.0.0/12,172.31.255.255,true", "172.16.0.0/12,172.32.0.0,false"})
    void aNetworkContainsTheAddressesOfItsPrefix(String network, String address, boolean contained) throws IOException {
        assertThat(Cidr.parse(network).contains(InetAddress.getByName(address))).isEqualTo(contained);
    }
}
