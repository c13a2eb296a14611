package dev.falcon.telemetry;

import java.util.Map;
import java.util.Objects;

/** Looks a prepared series up; maps made in a constructor hold one for each constant. Stateless. */
final class Points {

    private Points() {}

    static <K, V> V of(Map<K, V> prepared, K key) {
        return Objects.requireNonNull(prepared.get(key));
    }
}
