package dev.falcon.config;

import dev.falcon.config.SettingsFaults.Fault;
import dev.falcon.config.Sources.Found;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Fills the record tree from its sources. Every fault is collected before anything is refused; nothing is repaired. Used
 * once, by one thread.
 */
public final class SettingsReader {

    private final Sources sources;
    private final Surroundings surroundings;
    private final List<Fault> faults = new ArrayList<>();
    private final Map<Class<?>, Record> sections = new HashMap<>();

    /**
     * What defaults may depend on.
     *
     * @param hostname the machine's name
     * @param cores processors this process may use
     * @param home the installation, which default paths are relative to
     */
    public record Surroundings(String hostname, int cores, Path home) {}

    private SettingsReader(Sources sources, Surroundings surroundings) {
        this.sources = sources;
        this.surroundings = surroundings;
    }

    /** Reads all settings, or says everything that is wrong with them. */
    public static Settings read(Sources sources, Surroundings surroundings) throws SettingsFaults {
        return examine(sources, surroundings).settings();
    }

    /** Reads all settings as far as they are right, and finds everything that is wrong or strange about them. */
    public static SettingsFindings examine(Sources sources, Surroundings surroundings) {
        SettingsReader reader = new SettingsReader(sources, surroundings);
        reader.faults.addAll(sources.faults());
        reader.section(Settings.class);
        Set<String> names = SettingsCatalog.names();
        List<Fault> unknown = new ArrayList<>();
        sources.all().forEach((name, found) -> {
            if (!names.contains(name)) {
                reader.stranger(name, found, names, unknown);
            }
        });
        int set = (int) names.stream().filter(name -> sources.find(name) != null).count();
        return new SettingsFindings(reader.sections, reader.faults, unknown, set);
    }

    private void stranger(String name, Found found, Set<String> names, List<Fault> unknown) {
        Optional<String> meant = Spelling.meant(name, found.value(), names);
        if (meant.isPresent()) {
            faults.add(new Fault(name, found.source(), "is no setting; " + meant.get() + " was probably meant"));
        } else if (found.isFromFile() && SettingsCatalog.looksLikeOne(name)) {
            unknown.add(new Fault(name, found.source(), "is no setting and has no effect"));
        }
    }

    /** The record, or null when one of its components is at fault. */
    private @Nullable Record section(Class<?> type) {
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types = new Class<?>[components.length];
        @Nullable Object[] values = new @Nullable Object[components.length];
        int before = faults.size();
        boolean whole = true;
        for (int i = 0; i < components.length; i++) {
            types[i] = components[i].getType();
            Setting setting = components[i].getAnnotation(Setting.class);
            values[i] = setting == null ? section(types[i]) : component(setting, components[i]);
            whole &= setting != null || values[i] != null;
        }
        if (!whole || faults.size() > before) {
            return null;
        }
        try {
            Record section = (Record) type.getDeclaredConstructor(types).newInstance(values);
            CrossChecks.check(section, faults);
            if (faults.size() == before) {
                sections.put(type, section);
            }
            return section;
        } catch (InvocationTargetException | InstantiationException | IllegalAccessException
                | NoSuchMethodException e) {
            throw new IllegalStateException("the settings tree cannot be built: " + type, e);
        }
    }

    private @Nullable Object component(Setting setting, RecordComponent component) {
        if (component.getType() == Password.class) {
            return password(setting);
        }
        Found found = sources.find(setting.env());
        String text = found == null ? expanded(setting.byDefault()) : found.value().strip();
        String source = found == null ? "default" : found.source();
        if (text.isEmpty()) {
            return component.getType() == List.class ? List.of() : null;
        }
        try {
            if (component.getType() == Path.class && found == null) {
                return surroundings.home().resolve(text).normalize();
            }
            return Values.parse(setting, component, text);
        } catch (IllegalArgumentException e) {
            faults.add(new Fault(setting.env(), source, String.valueOf(e.getMessage())));
            return null;
        }
    }

    private @Nullable Password password(Setting setting) {
        Found value = sources.find(setting.env());
        Found file = sources.find(setting.env() + "_FILE");
        if (value != null && file != null) {
            faults.add(new Fault(setting.env(), value.source(),
                    "is set, and so is " + setting.env() + "_FILE; only one of them can be right"));
            return null;
        }
        try {
            return new Password(value == null ? null : new Secret(value.value()),
                    file == null ? null : Values.path(file.value().strip()));
        } catch (IllegalArgumentException e) {
            faults.add(new Fault(setting.env() + "_FILE", file == null ? "environment" : file.source(),
                    String.valueOf(e.getMessage())));
            return null;
        }
    }

    private String expanded(String byDefault) {
        return switch (byDefault) {
            case "{hostname}" -> surroundings.hostname();
            case "{64*cores}" -> Integer.toString(64 * surroundings.cores());
            default -> byDefault;
        };
    }
}
