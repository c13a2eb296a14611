package dev.falcon.config;

import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What the settings tree declares, as rows for the reference page and the effective-settings listing. Stateless. */
public final class SettingsCatalog {

    /** What the launcher and a deployment read, and no worker. */
    private static final Set<String> NO_SETTINGS = Set.of("FALCON_HOME", "FALCON_VERSION");

    /**
     * One setting.
     *
     * @param section the record it lives in
     * @param type a word for people: text, number, true/false, path …
     * @param allowed the range or the names that are allowed, empty where anything goes
     */
    public record Row(String section, String name, String type, String allowed, String byDefault, String meaning) {}

    /** A setting's value in force, secrets hidden. */
    public record Effective(String name, String value) {}

    private SettingsCatalog() {}

    /** Every setting, in the order of the tree. */
    public static List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (RecordComponent section : Settings.class.getRecordComponents()) {
            for (RecordComponent component : section.getType().getRecordComponents()) {
                Setting setting = component.getAnnotation(Setting.class);
                rows.add(new Row(section.getName(), setting.env(), type(component.getType()),
                        allowed(setting, component.getType()), setting.byDefault(), setting.meaning()));
            }
        }
        return rows;
    }

    /** Every variable that is read, those included that name a password's file. */
    static Set<String> names() {
        Set<String> names = new LinkedHashSet<>();
        for (RecordComponent section : Settings.class.getRecordComponents()) {
            for (RecordComponent component : section.getType().getRecordComponents()) {
                String name = component.getAnnotation(Setting.class).env();
                names.add(name);
                if (component.getType() == Password.class) {
                    names.add(name + "_FILE");
                }
            }
        }
        return names;
    }

    /** Whether a name that is none could be taken for a setting: by its first word, or because it names Falcon. */
    static boolean looksLikeOne(String name) {
        String first = firstWord(name);
        return !first.isEmpty() && !NO_SETTINGS.contains(name)
                && (first.equals("FALCON_") || names().stream().anyMatch(known -> firstWord(known).equals(first)));
    }

    private static String firstWord(String name) {
        return name.toUpperCase(Locale.ROOT).substring(0, name.indexOf('_') + 1);
    }

    /** The values in force. */
    public static List<Effective> effective(Settings settings) {
        List<Effective> effective = new ArrayList<>();
        try {
            for (RecordComponent section : Settings.class.getRecordComponents()) {
                Object part = section.getAccessor().invoke(settings);
                for (RecordComponent component : section.getType().getRecordComponents()) {
                    Setting setting = component.getAnnotation(Setting.class);
                    effective.add(new Effective(setting.env(), shown(setting, component.getAccessor().invoke(part))));
                }
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the settings tree cannot be read", e);
        }
        return effective;
    }

    private static String shown(Setting setting, Object value) {
        return switch (value) {
            case null -> "";
            case Duration duration when setting.unit().equals("ms") -> Values.plain(duration.toNanos() / 1e6);
            case Duration duration -> Values.plain(duration.toNanos() / 1e9);
            case Password password when password.file() != null -> "(read from " + password.file() + ")";
            case Password password -> password.value() == null ? "" : "***";
            case List<?> list -> String.join(",", list.stream().map(Object::toString).toList());
            case BigDecimal number -> number.toPlainString();
            default -> value.toString();
        };
    }

    private static String type(Class<?> type) {
        if (type == int.class) {
            return "whole number";
        }
        if (type == BigDecimal.class) {
            return "number";
        }
        if (type == Duration.class) {
            return "duration";
        }
        if (type == boolean.class) {
            return "true or false";
        }
        if (type == Password.class) {
            return "secret";
        }
        if (type == List.class) {
            return "list";
        }
        return type.isEnum() ? "one of" : type.getSimpleName().equals("Path") ? "path" : "text";
    }

    private static String allowed(Setting setting, Class<?> type) {
        if (type == int.class || type == BigDecimal.class || type == Duration.class) {
            String range = Values.plain(setting.min()) + " to " + Values.plain(setting.max());
            return setting.unit().isEmpty() ? range : range + " " + setting.unit();
        }
        return type.isEnum() ? String.join(", ", Values.names(type)) : "";
    }
}
