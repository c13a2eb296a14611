package dev.falcon.cli;

import dev.falcon.config.SettingsFaults;

/** Wrong settings as every command reports them: one line for each fault, then their number. Stateless. */
final class SettingsFaultsText {

    private SettingsFaultsText() {}

    /** Prints them and returns the exit status that goes with them. */
    static int print(SettingsFaults faults, Shell shell) {
        faults.faults().forEach(fault -> shell.err().println(fault));
        shell.err().println("falcon: " + faults.getMessage());
        return ExitStatus.SETTINGS;
    }
}
