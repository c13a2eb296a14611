package dev.falcon.proving.drills;

import dev.falcon.json.Json;
import dev.falcon.json.MalformedJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** An alert that fires. */
record FiringAlert(String name, Map<String, String> labels) {

    /** All of those in an answer of Prometheus' {@code /api/v1/alerts}. */
    static List<FiringAlert> in(String answer) throws MalformedJson {
        Map<?, ?> page = Json.read(answer.getBytes(StandardCharsets.UTF_8), Map.class);
        List<FiringAlert> firing = new ArrayList<>();
        if (page.get("data") instanceof Map<?, ?> data && data.get("alerts") instanceof List<?> alerts) {
            for (Object each : alerts) {
                if (each instanceof Map<?, ?> alert && "firing".equals(alert.get("state"))) {
                    Map<String, String> labels = texts(alert.get("labels"));
                    firing.add(new FiringAlert(labels.getOrDefault("alertname", ""), labels));
                }
            }
        }
        return firing;
    }

    private static Map<String, String> texts(@Nullable Object labels) {
        Map<String, String> texts = new TreeMap<>();
        if (labels instanceof Map<?, ?> map) {
            map.forEach((name, value) -> texts.put(String.valueOf(name), String.valueOf(value)));
        }
        return texts;
    }

    boolean is(Cause.Alert wanted) {
        return name.equals(wanted.name()) && labels.entrySet().containsAll(wanted.labels().entrySet());
    }
}
