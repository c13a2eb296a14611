package dev.falcon.cli;

import dev.falcon.config.Settings;
import dev.falcon.config.SettingsFaults;
import dev.falcon.config.SettingsFindings;
import dev.falcon.config.SettingsReader;
import dev.falcon.config.Sources;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What surrounds a command: environment, streams, and the installation's folder. Given by {@link Main}, so that a command
 * can be run by a test in surroundings of its own.
 *
 * @param environment the process's variables
 * @param home the installation; default paths are relative to it
 */
record Shell(Map<String, String> environment, Path home, InputStream in, PrintStream out, PrintStream err) {

    static final String HOME_VARIABLE = "FALCON_HOME";

    /** The settings in force, from the environment and an optional file. */
    Settings settings(@Nullable Path envFile) throws SettingsFaults {
        return examined(envFile).settings();
    }

    /** The same, with all that is wrong or strange about them. */
    SettingsFindings examined(@Nullable Path envFile) {
        return SettingsReader.examine(new Sources(environment, envFile), new SettingsReader.Surroundings(hostname(),
                Runtime.getRuntime().availableProcessors(), home));
    }

    private String hostname() {
        String told = environment.get("HOSTNAME");
        if (told != null && !told.isBlank()) {
            return told;
        }
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}
