package dev.falcon.model;

import dev.falcon.json.Json;
import dev.falcon.json.MalformedJson;
import dev.falcon.model.LabelledTexts.Collector;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON Lines: an object a line. A label may be a string, a whole number or a boolean; a text is a string. Stateless. */
final class JsonRows {

    private JsonRows() {}

    static void read(String content, Collector collector) throws LabelledTextFault {
        long line = 0;
        for (Iterator<String> lines = content.lines().iterator(); lines.hasNext();) {
            String row = lines.next();
            line++;
            if (row.isBlank()) {
                continue;
            }
            Map<?, ?> fields;
            try {
                fields = Json.read(row.getBytes(StandardCharsets.UTF_8), Map.class);
            } catch (MalformedJson e) {
                throw collector.fault(line, "not a JSON object: " + e.getMessage());
            }
            Object text = fields.get(collector.columns().text());
            if (text != null && !(text instanceof String)) {
                throw collector.fault(line, "\"" + collector.columns().text() + "\" is not a string");
            }
            collector.add(line, (String) text, label(fields.get(collector.columns().label()), line, collector));
        }
    }

    private static @Nullable String label(@Nullable Object label, long line, Collector collector)
            throws LabelledTextFault {
        return switch (label) {
            case null -> null;
            case String string -> string;
            case Integer number -> number.toString();
            case Long number -> number.toString();
            case Boolean truth -> truth.toString();
            default -> throw collector.fault(line,
                    "\"" + collector.columns().label() + "\" is not a string, a whole number or a boolean");
        };
    }
}
