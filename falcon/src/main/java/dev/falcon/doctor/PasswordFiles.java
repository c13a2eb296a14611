package dev.falcon.doctor;

import dev.falcon.config.Password;
import dev.falcon.config.Settings;
import dev.falcon.config.SettingsFindings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Whether the files that passwords are in can be read: a worker would try anew at each connection, and get none. Stateless. */
final class PasswordFiles {

    private PasswordFiles() {}

    static List<Finding> look(SettingsFindings settings) {
        List<Finding> findings = new ArrayList<>();
        settings.section(Settings.Redis.class)
                .filter(redis -> redis.host() != null)
                .ifPresent(redis -> look("REDIS_PASSWORD_FILE", redis.password(), findings));
        settings.section(Settings.Postgres.class)
                .filter(postgres -> postgres.host() != null)
                .ifPresent(postgres -> look("POSTGRES_PASSWORD_FILE", postgres.password(), findings));
        return findings;
    }

    private static void look(String setting, Password password, List<Finding> findings) {
        try {
            password.current();
        } catch (IOException e) {
            findings.add(Finding.fault("settings.password", setting + ": " + e.getMessage(),
                    "make the file, readable for this user, or set the path to where it is"));
        }
    }
}
