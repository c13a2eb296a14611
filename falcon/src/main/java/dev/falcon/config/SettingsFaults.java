package dev.falcon.config;

import java.util.List;

/** All that is wrong with the settings, found in one go. */
public final class SettingsFaults extends Exception {

    private static final long serialVersionUID = 1L;

    /**
     * One wrong setting.
     *
     * @param name the variable
     * @param source where it was set: {@code environment} or a file with its line
     * @param problem what is wrong with it, with the value (never a secret's) and what is allowed
     */
    public record Fault(String name, String source, String problem) {
        @Override
        public String toString() {
            return name + " (" + source + "): " + problem;
        }
    }

    private final transient List<Fault> faults;

    SettingsFaults(List<Fault> faults) {
        super(faults.size() + (faults.size() == 1 ? " wrong setting" : " wrong settings"));
        this.faults = List.copyOf(faults);
    }

    public List<Fault> faults() {
        return faults;
    }
}
