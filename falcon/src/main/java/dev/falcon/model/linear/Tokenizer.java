package dev.falcon.model.linear;

import java.text.Normalizer;
import java.util.Arrays;

/**
 * Cuts a text into words: the one place that defines them, for training and answering alike. A change here changes every
 * model's answers, so it must change {@link #VERSION}. Confined to one text.
 *
 * <p>
 * A word is a run of letters, digits and combining marks in lower case, apostrophes inside it included (<i>didn't</i>);
 * ideographs, kana and pictographs are words of one character. Other characters separate words. Words after a negation are
 * marked ({@code ~good}) until the next punctuation, at most {@value #NEGATION_REACH} of them, since <i>not good</i> and
 * <i>good</i> have little in common (after Das and Chen, "Yahoo! for Amazon", 2001).
 */
final class Tokenizer {

    /** Written into every weights file. */
    static final int VERSION = 1;
    static final char NEGATED = '~';
    static final int NEGATION_REACH = 8;

    private static final char[][] NEGATIONS = {"not".toCharArray(), "no".toCharArray(), "never".toCharArray(),
        "nor".toCharArray(), "cannot".toCharArray(), "without".toCharArray()};
    private static final char[] NEGATED_VERB = "n't".toCharArray();
    private static final int FIRST_COMBINING = 0x300;
    private static final int FIRST_SINGLE = 0x2190;

    private char[] chars;
    private int length;
    private int[] starts = new int[16];
    private int[] ends = new int[16];
    private boolean[] joined = new boolean[16];
    private int count;
    private int wordStart = -1;
    private boolean boundary = true;
    private int negatedLeft;

    private Tokenizer(int textChars) {
        this.chars = new char[textChars + 16];
    }

    /** The words of a text, none for a text without letters and digits. */
    static Tokens tokenize(String text) {
        String normal = isPlain(text) ? text : Normalizer.normalize(text, Normalizer.Form.NFC);
        Tokenizer tokenizer = new Tokenizer(normal.length());
        int i = 0;
        while (i < normal.length()) {
            int codePoint = normal.codePointAt(i);
            i += Character.charCount(codePoint);
            tokenizer.accept(codePoint, i < normal.length() ? normal.charAt(i) : ' ');
        }
        tokenizer.endWord();
        return new Tokens(tokenizer.chars, tokenizer.starts, tokenizer.ends, tokenizer.joined, tokenizer.count);
    }

    /** Whether composing would change nothing, which is nearly always so and spares a copy. */
    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= FIRST_COMBINING) {
                return false;
            }
        }
        return true;
    }

    private void accept(int codePoint, char next) {
        if (codePoint >= FIRST_SINGLE && isSingle(codePoint)) {
            endWord();
            append(Character.toLowerCase(codePoint));
            endWord();
        } else if (Character.isLetterOrDigit(codePoint) || isMark(codePoint)) {
            append(Character.toLowerCase(codePoint));
        } else if ((codePoint == '\'' || codePoint == '’') && wordStart >= 0 && Character.isLetter(next)) {
            append('\'');
        } else {
            endWord();
            if (isPunctuation(codePoint)) {
                boundary = true;
                negatedLeft = 0;
            }
        }
    }

    private void append(int codePoint) {
        if (length + 3 > chars.length) {
            chars = Arrays.copyOf(chars, chars.length * 2);
        }
        if (wordStart < 0) {
            wordStart = length;
            if (negatedLeft > 0) {
                chars[length++] = NEGATED;
            }
        }
        length += Character.toChars(codePoint, chars, length);
    }

    private void endWord() {
        if (wordStart < 0) {
            return;
        }
        int start = wordStart;
        wordStart = -1;
        int bare = chars[start] == NEGATED ? start + 1 : start;
        if (isNegation(bare)) {
            // A second negation is itself, and starts anew.
            start = bare;
            negatedLeft = NEGATION_REACH;
        } else if (negatedLeft > 0) {
            negatedLeft--;
        }
        if (count == starts.length) {
            starts = Arrays.copyOf(starts, count * 2);
            ends = Arrays.copyOf(ends, count * 2);
            joined = Arrays.copyOf(joined, count * 2);
        }
        starts[count] = start;
        ends[count] = length;
        joined[count++] = !boundary;
        boundary = false;
    }

    private boolean isNegation(int start) {
        for (char[] negation : NEGATIONS) {
            if (Arrays.equals(chars, start, length, negation, 0, negation.length)) {
                return true;
            }
        }
        return length - start > NEGATED_VERB.length && Arrays.equals(chars, length - NEGATED_VERB.length, length,
                NEGATED_VERB, 0, NEGATED_VERB.length);
    }

    private static boolean isMark(int codePoint) {
        int type = Character.getType(codePoint);
        return type == Character.NON_SPACING_MARK || type == Character.COMBINING_SPACING_MARK;
    }

    private static boolean isSingle(int codePoint) {
        if (Character.isIdeographic(codePoint) || Character.getType(codePoint) == Character.OTHER_SYMBOL) {
            return true;
        }
        Character.UnicodeScript script = Character.UnicodeScript.of(codePoint);
        return script == Character.UnicodeScript.HIRAGANA || script == Character.UnicodeScript.KATAKANA;
    }

    /** What ends a clause: not the dash and quotes, which often stand inside one. */
    private static boolean isPunctuation(int codePoint) {
        return switch (codePoint) {
            case '.', ',', ';', ':', '!', '?', '(', ')', '…', '。', '、', '，', '！', '？', '；', '：' -> true;
            default -> false;
        };
    }
}
