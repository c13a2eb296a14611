package dev.falcon.config;

import dev.falcon.config.SettingsFaults.Fault;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All that can be said of the settings, right or wrong, for who wants to go on with what is sound of them.
 *
 * @param sections the parts of the tree in which each setting is right
 * @param faults what stops a start
 * @param unknown names in the {@code --env-file} that are no settings and look like some
 * @param set how many settings were set
 */
public record SettingsFindings(Map<Class<?>, Record> sections, List<Fault> faults, List<Fault> unknown, int set) {

    public SettingsFindings {
        sections = Map.copyOf(sections);
        faults = List.copyOf(faults);
        unknown = List.copyOf(unknown);
    }

    /** A part of the settings, such as {@code Settings.Redis}; empty where one in it is wrong. */
    public <T extends Record> Optional<T> section(Class<T> type) {
        return Optional.ofNullable(sections.get(type)).map(type::cast);
    }

    /** The whole tree, or everything that is wrong with it. */
    public Settings settings() throws SettingsFaults {
        Optional<Settings> whole = section(Settings.class);
        if (whole.isEmpty() || !faults.isEmpty()) {
            throw new SettingsFaults(faults);
        }
        return whole.get();
    }
}
