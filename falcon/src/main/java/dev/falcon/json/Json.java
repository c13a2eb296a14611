package dev.falcon.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.type.LogicalType;

/**
 * Records to and from JSON, component names in snake case. Reading takes exactly one value in valid UTF-8 without a byte
 * order mark, at most {@value #MAX_DEPTH} deep, with no duplicate or unknown name and no number where text belongs.
 * Stateless; safe for use by many threads.
 */
public final class Json {

    private static final int MAX_DEPTH = 64;
    private static final int MAX_NAME_CHARS_SHOWN = 60;

    private static final JsonMapper MAPPER = JsonMapper
            .builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                    .build())
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .withCoercionConfig(LogicalType.Textual,
                    config -> config.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
            .build();

    private static final JsonMapper WITHOUT_NULLS = MAPPER.rebuild()
            .changeDefaultPropertyInclusion(inclusion -> inclusion.withValueInclusion(JsonInclude.Include.NON_NULL))
            .build();

    private Json() {}

    /** The value as compact JSON in UTF-8. */
    public static byte[] bytes(Object value) {
        return MAPPER.writeValueAsBytes(value);
    }

    /** Same, without the members that are null: who reads an older shape then finds nothing unknown. */
    public static byte[] bytesWithoutNulls(Object value) {
        return WITHOUT_NULLS.writeValueAsBytes(value);
    }

    /** The value as JSON for people, two spaces a level, ending with a line end. */
    public static String pretty(Object value) {
        return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(value) + "\n";
    }

    /** Same, without the names whose value is null. */
    public static String prettyWithoutNulls(Object value) {
        return WITHOUT_NULLS.writerWithDefaultPrettyPrinter().writeValueAsString(value) + "\n";
    }

    /** Reads exactly one value of the type. */
    public static <T> T read(byte[] utf8, Class<T> type) throws MalformedJson {
        String text = decoded(utf8);
        try {
            T value = MAPPER.readValue(text, type);
            if (value == null) {
                throw new MalformedJson("expected " + expected(type) + ", found null");
            }
            return value;
        } catch (JacksonException e) {
            throw new MalformedJson(explained(e, type));
        }
    }

    /** Decoding first, and strictly: the mapper would guess UTF-16 and pass over a byte order mark. */
    private static String decoded(byte[] utf8) throws MalformedJson {
        if (utf8.length >= 3 && utf8[0] == (byte) 0xEF && utf8[1] == (byte) 0xBB && utf8[2] == (byte) 0xBF) {
            throw new MalformedJson("a byte order mark before the JSON; send plain UTF-8");
        }
        if (isAscii(utf8)) {
            return new String(utf8, StandardCharsets.ISO_8859_1);
        }
        ByteBuffer in = ByteBuffer.wrap(utf8);
        try {
            CharBuffer chars = StandardCharsets.UTF_8.newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(in);
            return chars.toString();
        } catch (CharacterCodingException e) {
            throw new MalformedJson("invalid UTF-8 at byte " + in.position());
        }
    }

    private static boolean isAscii(byte[] bytes) {
        int all = 0;
        for (byte b : bytes) {
            all |= b;
        }
        return all >= 0;
    }

    private static String explained(JacksonException e, Class<?> type) {
        String path = path(e);
        String where = path.isEmpty() ? place(e.getLocation()) : " at \"" + path + "\"" + place(e.getLocation());
        return switch (e) {
            case UnrecognizedPropertyException unknown ->
                    "unknown field \"" + shown(unknown.getPropertyName()) + "\"" + place(e.getLocation());
            case MismatchedInputException mismatch when path.isEmpty() ->
                    "expected " + expected(type) + where;
            case MismatchedInputException mismatch ->
                    "wrong type" + where + ", expected " + expected(mismatch.getTargetType());
            case StreamConstraintsException constraint -> "nested deeper than " + MAX_DEPTH + " levels, or a name or "
                    + "number beyond the parser's limits" + place(e.getLocation());
            case StreamReadException read when String.valueOf(read.getOriginalMessage()).startsWith("Duplicate") ->
                    "a name is given twice in one object" + place(e.getLocation());
            default -> "not JSON" + place(e.getLocation());
        };
    }

    private static String path(JacksonException e) {
        StringBuilder path = new StringBuilder();
        for (JacksonException.Reference step : e.getPath()) {
            if (step.getPropertyName() != null) {
                path.append(path.isEmpty() ? "" : ".").append(step.getPropertyName());
            } else {
                path.append('[').append(step.getIndex()).append(']');
            }
        }
        return shown(path.toString());
    }

    private static String place(TokenStreamLocation location) {
        return location == null || location.getCharOffset() < 0 ? "" : " (character " + location.getCharOffset() + ")";
    }

    private static String expected(Class<?> type) {
        if (type == null) {
            return "another";
        }
        if (type == String.class) {
            return "a string";
        }
        if (type == int.class || type == long.class || type == double.class) {
            return "a number";
        }
        return type.isArray() || Iterable.class.isAssignableFrom(type) ? "an array" : "an object";
    }

    /** A name of the caller's as far as it helps, on one line. */
    static String shown(String name) {
        String line = name.replaceAll("[\\p{Cntrl}\\p{Cs}\"]", "?");
        return line.length() <= MAX_NAME_CHARS_SHOWN ? line : line.substring(0, MAX_NAME_CHARS_SHOWN) + "…";
    }
}
