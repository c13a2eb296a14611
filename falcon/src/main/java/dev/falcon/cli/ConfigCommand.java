package dev.falcon.cli;

import dev.falcon.config.Settings;
import dev.falcon.config.SettingsCatalog;
import dev.falcon.config.SettingsFaults;
import dev.falcon.config.SettingsFindings;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code falcon config}: shows the settings in force, or the reference page. */
@Command(name = "config", mixinStandardHelpOptions = true, versionProvider = Version.class,
        description = {"Checks the settings and prints those in force, one NAME=value a line, secrets hidden.",
            "Exit status 78 when any is wrong, with one line for each fault."})
final class ConfigCommand implements Callable<Integer> {

    private final Shell shell;

    @Option(names = "--env-file", paramLabel = "FILE",
            description = "Read NAME=value lines from this file too; the environment wins.") private @Nullable Path envFile;

    @Option(names = "--reference",
            description = "Print the reference page instead: settings, routes, errors, metrics and events, in Markdown.") private boolean reference;

    ConfigCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        if (reference) {
            shell.out().print(ReferencePage.markdown());
            return ExitStatus.OK;
        }
        SettingsFindings findings = shell.examined(envFile);
        findings.unknown().forEach(unknown -> shell.err().println("warning: " + unknown));
        try {
            Settings settings = findings.settings();
            SettingsCatalog.effective(settings).forEach(row -> shell.out().println(row.name() + "=" + row.value()));
            return ExitStatus.OK;
        } catch (SettingsFaults e) {
            return SettingsFaultsText.print(e, shell);
        }
    }
}
