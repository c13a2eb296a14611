package dev.falcon.proving.deploy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A value of a document, and the way to it. What is not there can be asked too: it is empty. Changes go through to the
 * document.
 *
 * @param value null where nothing is
 */
record Node(String place, @Nullable Object value) {

    /** The value at the end of these keys; a number is an index of a list. */
    Node at(Object... keys) {
        Node node = this;
        for (Object key : keys) {
            node = node.child(key);
        }
        return node;
    }

    private Node child(Object key) {
        String there = place + (key instanceof Integer ? "[" + key + "]" : "." + key);
        if (key instanceof Integer index && value instanceof List<?> list) {
            return new Node(there, index < list.size() ? list.get(index) : null);
        }
        return new Node(there, value instanceof Map<?, ?> map ? map.get(key) : null);
    }

    boolean exists() {
        return value != null;
    }

    boolean is(Object expected) {
        return Objects.equals(value, expected);
    }

    String text() {
        return value == null ? "" : value.toString();
    }

    /** 0 where there is no number. */
    long number() {
        return value instanceof Number number ? number.longValue() : 0;
    }

    List<Node> items() {
        List<Node> items = new ArrayList<>();
        if (value instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                items.add(child(i));
            }
        }
        return items;
    }

    Map<String, Node> entries() {
        Map<String, Node> entries = new LinkedHashMap<>();
        if (value instanceof Map<?, ?> map) {
            map.keySet().forEach(key -> entries.put(String.valueOf(key), child(String.valueOf(key))));
        }
        return entries;
    }

    /** The map itself, to be changed. */
    @SuppressWarnings("unchecked")
    Map<String, @Nullable Object> map() {
        if (value instanceof Map<?, ?> map) {
            return (Map<String, @Nullable Object>) map;
        }
        throw new IllegalStateException(place + " is no map: " + value);
    }

    /** The list itself, to be changed. */
    @SuppressWarnings("unchecked")
    List<@Nullable Object> list() {
        if (value instanceof List<?> list) {
            return (List<@Nullable Object>) list;
        }
        throw new IllegalStateException(place + " is no list: " + value);
    }
}
