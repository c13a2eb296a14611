package dev.falcon.inferencelog;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A table that is attached to {@code inference_logs}, whoever made it.
 *
 * @param from the first time it holds
 * @param to the first time after it
 * @param fallback it takes what no other takes (DEFAULT); the times say nothing then
 * @param detaching its detaching began and has not ended; it takes no rows any more
 * @param comment what is said about it in the database
 */
record Partition(String name, Instant from, Instant to, boolean fallback, boolean detaching,
        @Nullable String comment) {

    /** A span of time without a partition. */
    record Gap(Instant from, Instant to) {}

    private static final String PREFIX = "inference_logs_p";
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("uuuuMMdd");
    /** A second table for a day, where the first name was taken, has a number behind it. */
    private static final Pattern OURS = Pattern.compile(PREFIX + "(\\d{8})(_\\d)?");

    /** The bounds are read as times, since how they are written depends on the connection's time zone. */
    private static final String ATTACHED = """
            SELECT part.relname, link.inhdetachpending, obj_description(part.oid, 'pg_class'), bound = 'DEFAULT',
                   (regexp_match(bound, 'FROM \\(''([^'']+)''\\)'))[1]::timestamptz,
                   (regexp_match(bound, 'TO \\(''([^'']+)''\\)'))[1]::timestamptz
            FROM pg_inherits link JOIN pg_class part ON part.oid = link.inhrelid,
                 LATERAL pg_get_expr(part.relpartbound, part.oid) bound
            WHERE link.inhparent = 'inference_logs'::regclass
            """;

    /** The UTC day a time belongs to. */
    static LocalDate day(Instant time) {
        return LocalDate.ofInstant(time, ZoneOffset.UTC);
    }

    static Instant begin(LocalDate day) {
        return day.atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    /** What a table for this day is called: the first name, or another where that is taken. */
    static String name(LocalDate day, int which) {
        return PREFIX + DAY.format(day) + (which == 1 ? "" : "_" + which);
    }

    /** The day that a table of this name is for; null where it is none of our names. */
    static @Nullable LocalDate dayOf(String name) {
        Matcher matcher = OURS.matcher(name);
        try {
            return matcher.matches() ? LocalDate.parse(matcher.group(1), DAY) : null;
        } catch (DateTimeParseException noDate) {
            return null;
        }
    }

    /** Whether it is one of those that workers make: the name of a day, and nothing but times of that day. */
    boolean isOurs() {
        LocalDate day = dayOf(name);
        return day != null && !fallback && !from.isBefore(begin(day)) && !to.isAfter(begin(day.plusDays(1)));
    }

    /** All that are attached now, by time. Leaves the transaction open. */
    static List<Partition> attached(Connection connection) throws SQLException {
        List<Partition> attached = new ArrayList<>();
        try (Statement statement = connection.createStatement(); ResultSet found = statement.executeQuery(ATTACHED)) {
            while (found.next()) {
                OffsetDateTime from = found.getObject(5, OffsetDateTime.class);
                OffsetDateTime to = found.getObject(6, OffsetDateTime.class);
                attached.add(new Partition(found.getString(1), from == null ? Instant.MIN : from.toInstant(),
                        to == null ? Instant.MAX : to.toInstant(), found.getBoolean(4), found.getBoolean(2),
                        found.getString(3)));
            }
        }
        attached.sort(Comparator.comparing(Partition::from));
        return attached;
    }

    /** The parts of a day that none of these takes but the fallback; they are in the order of time. */
    static List<Gap> gaps(LocalDate day, List<Partition> attached) {
        List<Gap> gaps = new ArrayList<>();
        Instant end = begin(day.plusDays(1));
        Instant covered = begin(day);
        for (Partition each : attached) {
            if (each.fallback || each.detaching || !each.to.isAfter(covered) || !each.from.isBefore(end)) {
                continue;
            }
            if (each.from.isAfter(covered)) {
                gaps.add(new Gap(covered, each.from));
            }
            covered = each.to;
        }
        if (covered.isBefore(end)) {
            gaps.add(new Gap(covered, end));
        }
        return gaps;
    }
}
