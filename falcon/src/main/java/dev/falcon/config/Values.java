package dev.falcon.config;

import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Turns one setting's text into its typed value, or says what is wrong with it. Stateless. */
final class Values {

    private static final BigDecimal NANOS_A_SECOND = BigDecimal.valueOf(1_000_000_000);
    private static final BigDecimal NANOS_A_MILLISECOND = BigDecimal.valueOf(1_000_000);

    /** At least two colons, in brackets or not, with a scope or not. */
    private static final Pattern IPV6_LITERAL = Pattern
            .compile("\\[?[0-9a-fA-F]*:[0-9a-fA-F]*:[0-9a-fA-F:.]*(%[A-Za-z0-9._-]+)?]?");

    /** Decimal places, either way, beyond which no setting has a use; an exponent could cost minutes otherwise. */
    private static final int MAX_SCALE = 12;

    private Values() {}

    /** @throws IllegalArgumentException with a message that names the value and what is allowed */
    static Object parse(Setting setting, RecordComponent component, String text) {
        Class<?> type = component.getType();
        if (type == String.class) {
            return setting.port().isEmpty() ? matching(setting, text) : host(setting, text);
        }
        if (type == int.class) {
            return number(setting, text, false).intValueExact();
        }
        if (type == BigDecimal.class) {
            return number(setting, text, true);
        }
        if (type == Duration.class) {
            BigDecimal scale = setting.unit().equals("ms") ? NANOS_A_MILLISECOND : NANOS_A_SECOND;
            return Duration.ofNanos(number(setting, text, true).multiply(scale).longValue());
        }
        if (type == boolean.class) {
            return bool(text);
        }
        if (type == Path.class) {
            return path(text);
        }
        if (type == List.class) {
            return Arrays.stream(text.split(","))
                    .map(String::strip)
                    .filter(part -> !part.isEmpty())
                    .map(Values::cidr)
                    .toList();
        }
        if (type.isEnum()) {
            return constant(type, text);
        }
        throw new IllegalStateException("no parser for the settings type " + type);
    }

    private static String matching(Setting setting, String text) {
        if (!text.matches(setting.pattern())) {
            throw new IllegalArgumentException("\"" + shown(text) + "\" does not match " + setting.pattern());
        }
        return text;
    }

    /** A name or an address. What else is written there, a URL or a host with its port, no resolver would know. */
    private static String host(Setting setting, String text) {
        if (text.contains("/") || (text.contains(":") && !IPV6_LITERAL.matcher(text).matches())) {
            throw new IllegalArgumentException("\"" + shown(text)
                    + "\" is not a name or an address: a host only; the port goes into " + setting.port());
        }
        return text;
    }

    private static BigDecimal number(Setting setting, String text, boolean fractions) {
        String allowed = plain(setting.min()) + " to " + plain(setting.max())
                + (setting.unit().isEmpty() ? "" : " " + setting.unit());
        if (text.startsWith("tcp://")) {
            String service = setting.env().replace("_PORT", "").toLowerCase(Locale.ROOT);
            throw new IllegalArgumentException("\"" + shown(text)
                    + "\" is what Kubernetes injects for a Service named \""
                    + service + "\", not a port; set enableServiceLinks: false in the pod, or set " + setting.env()
                    + " there yourself (" + allowed + ")");
        }
        BigDecimal value;
        try {
            if (text.length() > 20) {
                throw new NumberFormatException("too long");
            }
            value = new BigDecimal(text);
            if (Math.abs(value.scale()) > MAX_SCALE) {
                throw new NumberFormatException("beyond any range");
            }
            if (!fractions) {
                value = new BigDecimal(value.toBigIntegerExact());
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("\"" + shown(text) + "\" is not a number (" + allowed + ")", e);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("\"" + shown(text) + "\" is not a whole number (" + allowed + ")", e);
        }
        if (value.compareTo(BigDecimal.valueOf(setting.min())) < 0
                || value.compareTo(BigDecimal.valueOf(setting.max())) > 0) {
            throw new IllegalArgumentException(shown(text) + " is out of range (" + allowed + ")");
        }
        return value;
    }

    private static boolean bool(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("\"" + shown(text) + "\" is neither true nor false");
        };
    }

    static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("\"" + shown(text) + "\" is not a path: " + e.getReason(), e);
        }
    }

    private static Cidr cidr(String text) {
        try {
            return Cidr.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "\"" + shown(text) + "\" is not an address or network such as 10.0.0.0/8: " + e.getMessage(), e);
        }
    }

    private static Object constant(Class<?> type, String text) {
        for (Object constant : type.getEnumConstants()) {
            if (((Enum<?>) constant).name().equalsIgnoreCase(text)) {
                return constant;
            }
        }
        String allowed = Arrays.stream(type.getEnumConstants())
                .map(Object::toString)
                .collect(Collectors.joining(", "));
        throw new IllegalArgumentException("\"" + shown(text) + "\" is none of " + allowed);
    }

    /** The value as far as it is useful in a message: bounded, on one line. */
    private static String shown(String text) {
        String line = text.replaceAll("\\p{Cntrl}", "?");
        return line.length() <= 60 ? line : line.substring(0, 60) + "…";
    }

    static String plain(double number) {
        return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
    }

    static List<String> names(Class<?> enumType) {
        return Arrays.stream(enumType.getEnumConstants()).map(Object::toString).toList();
    }
}
