package dev.falcon.proving.deploy;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The text of the runbook, cut up as a reader sees it. Pure. */
record RunbookText(String text) {

    private static final Pattern FENCE = Pattern.compile("(?m)^ *```(\\w*)\\n(?s:(.*?))^ *```$");
    private static final Pattern COMMENT = Pattern.compile("(?s)<!--.*?-->");
    private static final Pattern SPAN = Pattern.compile("`([^`\\n]+)`");
    private static final Pattern HEADING = Pattern.compile("(?m)^(#{1,6}) +(.+?)\\s*$");

    /** A part and the line where it begins. */
    record Part(int line, String text) {}

    /** What stands in fences of these languages; all of them if none is named. */
    List<Part> fences(String... languages) {
        List<Part> parts = new ArrayList<>();
        Matcher fence = FENCE.matcher(text);
        while (fence.find()) {
            if (languages.length == 0 || Set.of(languages).contains(fence.group(1))) {
                parts.add(new Part(line(fence.start(2)), fence.group(2)));
            }
        }
        return parts;
    }

    /** Fences and spans of code. */
    List<Part> code() {
        List<Part> parts = new ArrayList<>(fences());
        Matcher span = SPAN.matcher(prose());
        while (span.find()) {
            parts.add(new Part(line(span.start(1)), span.group(1)));
        }
        return parts;
    }

    /** All but fences and comments; what is left stays on its line. */
    String prose() {
        return blanked(COMMENT, blanked(FENCE, text));
    }

    private static String blanked(Pattern pattern, String text) {
        return pattern.matcher(text).replaceAll(part -> part.group().replaceAll("[^\\n]", " "));
    }

    private int line(int offset) {
        return (int) text.substring(0, offset).chars().filter(each -> each == '\n').count() + 1;
    }

    /** Headings of a level and below, without markup. */
    List<Part> headings() {
        List<Part> parts = new ArrayList<>();
        Matcher heading = HEADING.matcher(prose());
        while (heading.find()) {
            parts.add(
                    new Part(line(heading.start()), text.substring(heading.start(2), heading.end(2)).replace("`", "")));
        }
        return parts;
    }

    /** As GitHub names a heading in addresses. */
    Set<String> anchors() {
        Set<String> anchors = new TreeSet<>();
        headings().forEach(each -> anchors.add(each.text()
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N}_ -]", "")
                .replace(' ', '-')));
        return anchors;
    }
}
