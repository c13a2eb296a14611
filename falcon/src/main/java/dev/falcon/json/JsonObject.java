package dev.falcon.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The members of a JSON object, each asked for by its name and as what it must be, and in the end whether there are more.
 * For what is read once at a start: {@link Json#read} makes code for each record that it fills, which takes longer than
 * all the reading. A member that is absent or null is null, zero, false or empty. Used by one thread.
 */
public final class JsonObject {

    private static final String NUMBER = "a number";

    /** Where it is, with a dot behind it; empty for the outermost. */
    private final String path;
    private final Map<String, @Nullable Object> members;

    private JsonObject(String path, Map<?, ?> members) {
        this.path = path;
        this.members = new LinkedHashMap<>();
        members.forEach((name, value) -> this.members.put((String) name, value));
    }

    /** Reads exactly one object. */
    public static JsonObject read(byte[] utf8) throws MalformedJson {
        return new JsonObject("", Json.read(utf8, Map.class));
    }

    public @Nullable String text(String name) throws MalformedJson {
        Object value = members.remove(name);
        if (value == null || value instanceof String) {
            return (String) value;
        }
        throw wrong(name, "a string");
    }

    public boolean flag(String name) throws MalformedJson {
        Object value = members.remove(name);
        if (value == null || value instanceof Boolean) {
            return Boolean.TRUE.equals(value);
        }
        throw wrong(name, "true or false");
    }

    public double number(String name) throws MalformedJson {
        Object value = members.remove(name);
        return value == null ? 0 : numberOf(name, value).doubleValue();
    }

    /** A whole number, null where there is none. */
    public @Nullable Integer whole(String name) throws MalformedJson {
        Object value = members.remove(name);
        return value == null ? null : Integer.valueOf(wholeOf(name, value));
    }

    /** A whole number that may be large. */
    public long large(String name) throws MalformedJson {
        Object value = members.remove(name);
        return switch (value) {
            case null -> 0;
            case Integer whole -> whole;
            case Long whole -> whole;
            default -> throw wrong(name, "a whole number");
        };
    }

    /** A list of strings, null among them as they are; null where there is none. */
    public @Nullable List<@Nullable String> texts(String name) throws MalformedJson {
        List<?> values = list(name, members.remove(name));
        if (values == null) {
            return null;
        }
        List<@Nullable String> texts = new ArrayList<>(values.size());
        for (Object value : values) {
            if (value != null && !(value instanceof String)) {
                throw wrong(name + "[" + texts.size() + "]", "a string");
            }
            texts.add((String) value);
        }
        return texts;
    }

    /** Rows of whole numbers. */
    public List<List<Integer>> rows(String name) throws MalformedJson {
        List<List<Integer>> rows = new ArrayList<>();
        List<?> values = list(name, members.remove(name));
        for (Object value : values == null ? List.of() : values) {
            String place = name + "[" + rows.size() + "]";
            List<?> cells = list(place, value);
            if (cells == null) {
                throw wrong(place, "an array");
            }
            List<Integer> row = new ArrayList<>(cells.size());
            for (Object cell : cells) {
                row.add(wholeOf(place, cell));
            }
            rows.add(row);
        }
        return rows;
    }

    /** An object whose members may be named anything; empty where there is none. */
    public Map<String, Object> map(String name) throws MalformedJson {
        JsonObject object = object(name);
        Map<String, Object> map = new LinkedHashMap<>();
        if (object != null) {
            object.members.forEach((key, value) -> {
                if (value != null) {
                    map.put(key, value);
                }
            });
        }
        return map;
    }

    /** An object in it, null where there is none. */
    public @Nullable JsonObject object(String name) throws MalformedJson {
        Object value = members.remove(name);
        return switch (value) {
            case null -> null;
            case Map<?, ?> map -> new JsonObject(path + name + ".", map);
            default -> throw wrong(name, "an object");
        };
    }

    /** To be called in the end: what nobody asked for is unknown. */
    public void end() throws MalformedJson {
        if (!members.isEmpty()) {
            throw new MalformedJson("unknown field \"" + Json.shown(path + members.keySet().iterator().next()) + "\"");
        }
    }

    private @Nullable List<?> list(String name, @Nullable Object value) throws MalformedJson {
        if (value == null || value instanceof List) {
            return (List<?>) value;
        }
        throw wrong(name, "an array");
    }

    private Number numberOf(String name, Object value) throws MalformedJson {
        if (value instanceof Number number) {
            return number;
        }
        throw wrong(name, NUMBER);
    }

    private int wholeOf(String name, @Nullable Object value) throws MalformedJson {
        if (value instanceof Integer number) {
            return number;
        }
        throw wrong(name, "a whole number below 2^31");
    }

    private MalformedJson wrong(String name, String expected) {
        return new MalformedJson("wrong type at \"" + Json.shown(path + name) + "\", expected " + expected);
    }
}
