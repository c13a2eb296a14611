package dev.falcon.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.config.SettingsFaults.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Misspelt settings stop a start; what else an environment holds does not. */
class SpellingTest {

    @ParameterizedTest
    @CsvSource({"REDIS_HOTS,REDIS_HOST", "REDIS_HOSTS,REDIS_HOST", "REIDS_HOST,REDIS_HOST", "REDISHOST,REDIS_HOST",
        "REDIS_PASWORD,REDIS_PASSWORD", "REDIS_PASSWORD_FIEL,REDIS_PASSWORD_FILE", "REDIS_BD,REDIS_DB",
        "POSTGRE_USER,POSTGRES_USER", "POSTGRESS_PORT,POSTGRES_PORT", "POSTGRES_POOLSIZE,POSTGRES_POOL_SIZE",
        "CACHE_TTL_SECOND,CACHE_TTL_SECONDS", "CACHE_TTL_SEKONDZ,CACHE_TTL_SECONDS", "LOGLEVEL,LOG_LEVEL",
        "LOG_LEVLE,LOG_LEVEL", "WORKERID,WORKER_ID", "MODELS_PATH,MODEL_PATH", "DEFAULT_MODLE,DEFAULT_MODEL",
        "CIRCUT_BREAKER_TIMEOUT_SECOND,CIRCUIT_BREAKER_TIMEOUT_SECONDS", "MAX_INFLIGHT,MAX_IN_FLIGHT",
        "redis_host,REDIS_HOST", "PROT,PORT", "PORRT,PORT", "HSOT,HOST"})
    void aNameWithinTwoEditsStopsTheStartAndNamesTheSettingThatWasMeant(String misspelt, String meant) {
        assertThat(examined(Map.of(misspelt, "7"), null).faults()).singleElement()
                .hasToString(misspelt + " (environment): is no setting; " + meant + " was probably meant");
    }

    @Test
    void everyNameWithOneLetterTooFewOrTooManyIsTraced() {
        for (String name : SettingsCatalog.names()) {
            if (name.length() > 4) {
                String shorter = name.substring(0, name.length() / 2) + name.substring(name.length() / 2 + 1);
                assertThat(Spelling.meant(shorter, "1", SettingsCatalog.names())).as(name).isPresent();
                assertThat(Spelling.meant(name + "X", "1", SettingsCatalog.names())).as(name).hasValue(name);
            }
        }
    }

    @Test
    void allMisspellingsAreToldAtOnceBesideOtherFaults() {
        assertThat(examined(Map.of("REDIS_HOTS", "redis", "PORT", "eighty", "CACHE_TLT_SECONDS", "5"), null).faults())
                .extracting(Fault::name)
                .containsExactlyInAnyOrder("REDIS_HOTS", "PORT", "CACHE_TLT_SECONDS");
    }

    @Test
    void anEmptyValueIsUnsetUnderAMisspeltNameToo() {
        assertThat(examined(Map.of("REDIS_HOTS", " "), null).faults()).isEmpty();
    }

    /** What machines, shells, tools, images and platforms set by themselves, a line each. */
    @ParameterizedTest
    @ValueSource(strings = {
        "HOME HOSTNAME HOSTTYPE PATH USER TERM LOGNAME SHELL PWD OLDPWD SHLVL LANG LC_ALL LC_CTYPE LANGUAGE TZ MAIL EDITOR"
                + " VISUAL PAGER LESS LESSOPEN LS_COLORS COLORTERM COLUMNS LINES TMPDIR TEMP TMP DISPLAY OSTYPE MACHTYPE"
                + " VENDOR GROUP UID EUID PPID RANDOM PS1 IFS POSIXLY_CORRECT INPUTRC HISTFILE _ MANPATH INFOPATH CDPATH",
        "XDG_SESSION_ID XDG_RUNTIME_DIR XDG_DATA_DIRS XDG_CONFIG_HOME XDG_CURRENT_DESKTOP DBUS_SESSION_BUS_ADDRESS"
                + " SSH_AUTH_SOCK SSH_AGENT_PID SSH_CLIENT SSH_CONNECTION SSH_TTY GPG_AGENT_INFO WAYLAND_DISPLAY"
                + " GNOME_SHELL_SESSION_MODE GTK_MODULES QT_ACCESSIBILITY DESKTOP_SESSION SESSION_MANAGER WINDOWID"
                + " VTE_VERSION GDMSESSION INVOCATION_ID JOURNAL_STREAM NOTIFY_SOCKET LISTEN_PID LISTEN_FDS MAINPID",
        "TERM_PROGRAM TERM_PROGRAM_VERSION TERM_SESSION_ID ITERM_PROFILE ITERM_SESSION_ID LC_TERMINAL"
                + " __CF_USER_TEXT_ENCODING XPC_FLAGS XPC_SERVICE_NAME COMMAND_MODE HOMEBREW_PREFIX HOMEBREW_CELLAR"
                + " SECURITYSESSIONID Apple_PubSub_Socket_Render VSCODE_PID VSCODE_IPC_HOOK GIT_ASKPASS TMUX STY",
        "JAVA_HOME JAVA25_HOME JAVA_OPTS JDK_JAVA_OPTIONS JAVA_TOOL_OPTIONS CLASSPATH M2_HOME MAVEN_HOME MAVEN_OPTS"
                + " MAVEN_CMD_LINE_ARGS GRADLE_HOME SDKMAN_DIR FALCON_HOME GOPATH GOROOT GOPROXY NODE_PATH NODE_ENV"
                + " NODE_OPTIONS NVM_DIR NPM_CONFIG_PREFIX PYTHONPATH VIRTUAL_ENV CONDA_PREFIX PYENV_ROOT RUSTUP_HOME"
                + " CARGO_HOME GEM_HOME GEM_PATH RUBYOPT PERL5LIB MODULEPATH MODULE_PATH MODULESHOME LOADEDMODULES"
                + " LD_LIBRARY_PATH LD_PRELOAD DYLD_LIBRARY_PATH PKG_CONFIG_PATH CFLAGS CC CXX MAKEFLAGS MAKELEVEL",
        "HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy ALL_PROXY SSL_CERT_FILE SSL_CERT_DIR"
                + " CURL_CA_BUNDLE REQUESTS_CA_BUNDLE PGHOST PGPORT PGUSER PGDATABASE PGPASSWORD PGPASSFILE PGDATA"
                + " REDISCLI_AUTH REDIS_URL REDIS_HOME REDIS_USER REDIS_TLS DATABASE_URL POSTGRES_HOME POSTGRES_URL"
                + " POSTGRES_INITDB_ARGS POSTGRES_HOST_AUTH_METHOD POSTGRES_INITDB_WALDIR REDIS_VERSION PG_MAJOR",
        "CI GITHUB_ACTIONS GITHUB_WORKSPACE GITHUB_RUN_ID RUNNER_OS RUNNER_TEMP GITLAB_CI CI_JOB_ID CI_RUNNER_ID"
                + " BUILD_ID BUILD_NUMBER JOB_NAME JENKINS_HOME JENKINS_URL NODE_NAME NODE_LABELS WORKSPACE EXECUTOR_NUMBER"
                + " TRAVIS CIRCLECI BUILDKITE TEAMCITY_VERSION AGENT_NAME HUDSON_URL WORKSPACE_TMP STAGE_NAME",
        "KUBERNETES_SERVICE_HOST KUBERNETES_SERVICE_PORT KUBERNETES_SERVICE_PORT_HTTPS KUBERNETES_PORT"
                + " KUBERNETES_PORT_443_TCP KUBERNETES_PORT_443_TCP_PROTO KUBERNETES_PORT_443_TCP_PORT"
                + " KUBERNETES_PORT_443_TCP_ADDR REDIS_SERVICE_HOST REDIS_SERVICE_PORT REDIS_PORT_6379_TCP"
                + " REDIS_PORT_6379_TCP_PROTO REDIS_PORT_6379_TCP_PORT REDIS_PORT_6379_TCP_ADDR POSTGRES_SERVICE_HOST"
                + " POSTGRES_PORT_5432_TCP_ADDR POD_NAME POD_IP POD_NAMESPACE NODE_IP HOST_IP SERVICE_ACCOUNT",
        "container DOCKER_HOST DOCKER_BUILDKIT COMPOSE_PROJECT_NAME COMPOSE_FILE REDIS_ENV_HOST REDIS_NAME DYNO PORTS HOSTS"
                + " VHOST RHOST LHOST LPORT RPORT XHOST GHOST POST HOT SORT PORTAGE SUDO_USER SUDO_UID SUDO_COMMAND"
                + " AWS_REGION AWS_PROFILE GOOGLE_APPLICATION_CREDENTIALS AZURE_CONFIG_DIR WEBSITE_HOSTNAME"
                + " ECS_CONTAINER_METADATA_URI HEROKU_APP_NAME FLY_APP_NAME RENDER SLURM_JOB_ID PBS_JOBID WSL_DISTRO_NAME"
                + " WSLENV NAME APPDATA COMSPEC USERPROFILE WORKERS WORKER WORKER_IP WORKER_NAME LOG_DIR LOG_FILE LOG_PATH"})
    void whatEnvironmentsHoldAnywayStopsNothing(String names) {
        Map<String, String> environment = Arrays.stream(names.split(" "))
                .collect(Collectors.toMap(name -> name, name -> "1"));

        SettingsFindings findings = examined(environment, null);

        assertThat(findings.faults()).isEmpty();
        assertThat(findings.unknown()).isEmpty();
        assertThat(findings.set()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"REDIS1_PORT", "REDIS_A_PORT", "POSTGRES2_PORT"})
    void theAddressThatKubernetesGivesForAServiceWithASimilarNameStopsNothing(String name) {
        assertThat(examined(Map.of(name, "tcp://10.0.0.1:6379"), null).faults()).isEmpty();
        assertThat(examined(Map.of(name, "6379"), null).faults()).isNotEmpty();
    }

    @Test
    void aNameInTheFileThatOnlyLooksLikeASettingIsUnknownAndStopsNothing(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("falcon.env"),
                "REDIS_SENTINELS=a,b\nFALCON_PORT=8000\nGRAFANA_PASSWORD=x\nFALCON_VERSION=1\nPORT=8001\n");

        SettingsFindings findings = examined(Map.of("REDIS_CLUSTER", "1"), file);

        assertThat(findings.faults()).isEmpty();
        assertThat(findings.unknown()).extracting(Fault::toString)
                .containsExactly("FALCON_PORT (" + file + " line 2): is no setting and has no effect",
                        "REDIS_SENTINELS (" + file + " line 1): is no setting and has no effect");
        assertThat(findings.set()).isOne();
    }

    @Test
    void aMisspellingInTheFileNamesItsLine(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("falcon.env"), "\nRETRY_MAX_ATEMPTS=3\n");

        assertThat(examined(Map.of(), file).faults()).singleElement()
                .hasToString("RETRY_MAX_ATEMPTS (" + file
                        + " line 2): is no setting; RETRY_MAX_ATTEMPTS was probably meant");
    }

    @Test
    void whatIsRightRemainsUsableBesideWhatIsWrong() {
        SettingsFindings findings = examined(Map.of("PORT", "x", "REDIS_HOST", "redis"), null);

        assertThat(findings.section(Settings.class)).isEmpty();
        assertThat(findings.section(Settings.Http.class)).isEmpty();
        assertThat(findings.section(Settings.Redis.class)).hasValueSatisfying(
                redis -> assertThat(redis.host()).isEqualTo("redis"));
    }

    @ParameterizedTest
    @CsvSource({"PORT,PORT,0", "PROT,PORT,1", "PRT,PORT,1", "PORTS,PORT,1", "PART,PORT,1", "HOME,HOST,2", "AB,CDEF,4"})
    void editsAreLettersMoreLessOrAnotherAndSwapsOfNeighbours(String a, String b, int edits) {
        assertThat(Spelling.edits(a, b)).isEqualTo(edits);
        assertThat(Spelling.edits(b, a)).isEqualTo(edits);
    }

    private static SettingsFindings examined(Map<String, String> environment, @Nullable Path file) {
        return SettingsReader.examine(new Sources(environment, file),
                new SettingsReader.Surroundings("the-host", 3, Path.of("/opt/falcon")));
    }
}
