package dev.falcon.model;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The examples of one file, in its order: CSV (RFC 4180: quoted fields may hold commas, quotes and line breaks), TSV (no
 * quoting: a field holds no tab and no line break) or JSON Lines (an object a line, other fields ignored), told apart by the
 * file's ending, in UTF-8. Every line must be good: skipping bad ones would train on something else than was asked for.
 *
 * @param file where they were read
 * @param examples at least one
 * @param digest SHA-256 (hex) of the file's bytes
 */
public record LabelledTexts(Path file, List<LabelledText> examples, String digest) {

    /** Bounds, so that a wrong file ends in a sentence and not in an exhausted heap. */
    static final long MAX_FILE_BYTES = 256L << 20;
    static final int MAX_EXAMPLES = 2_000_000;
    static final int MAX_TEXT_CHARS = 200_000;
    static final int MAX_LABEL_CHARS = 200;

    /**
     * Those of them that a model's training held out, by the seed and the share in its manifest.
     *
     * @throws LabelledTextFault if it was not trained by Falcon, or on another file
     */
    public LabelledTexts heldOutFrom(Manifest manifest) throws LabelledTextFault {
        Manifest.Training training = manifest.training();
        if (training == null
                || !(training.parameters().get(Manifest.Training.HELD_OUT_SHARE) instanceof Number share)) {
            throw fault("the manifest of " + manifest.name() + "/" + manifest.version()
                    + " does not say which part of its data was held out");
        }
        if (!training.dataDigest().equals(digest)) {
            throw fault(
                    "is not what " + manifest.name() + "/" + manifest.version() + " was trained on: SHA-256 " + digest
                            + ", the manifest says " + training.dataDigest());
        }
        return new LabelledTexts(file, StratifiedSplit.of(examples, share.doubleValue(), training.seed()).heldOut(),
                digest);
    }

    /** The names of the two columns, or fields of a JSON object. */
    public record Columns(String text, String label) {}

    /** A fault of these examples as a whole. */
    public LabelledTextFault fault(String why) {
        return new LabelledTextFault(file, why);
    }

    /** Reads a whole file. */
    public static LabelledTexts read(Path file, Columns columns) throws LabelledTextFault {
        byte[] bytes = bytes(file);
        String content = decoded(file, bytes);
        Collector collector = new Collector(file, columns);
        switch (ending(file)) {
            case "csv" -> DelimitedRows.readCsv(content, collector);
            case "tsv", "tab" -> DelimitedRows.readTsv(content, collector);
            case "jsonl", "ndjson" -> JsonRows.read(content, collector);
            default -> throw new LabelledTextFault(file,
                    "the ending must say what it is: .csv, .tsv, or .jsonl (also .tab, .ndjson)");
        }
        if (collector.examples.isEmpty()) {
            throw new LabelledTextFault(file, "holds no examples");
        }
        return new LabelledTexts(file, List.copyOf(collector.examples), Sha256.hex(bytes));
    }

    private static String ending(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }

    private static byte[] bytes(Path file) throws LabelledTextFault {
        try {
            if (Files.size(file) > MAX_FILE_BYTES) {
                throw new LabelledTextFault(file, "larger than " + MAX_FILE_BYTES + " bytes");
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new LabelledTextFault(file, "there is no such file");
        } catch (IOException e) {
            throw new LabelledTextFault(file, "cannot be read (" + e + ")");
        }
    }

    private static String decoded(Path file, byte[] bytes) throws LabelledTextFault {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        try {
            String content = StandardCharsets.UTF_8.newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(in)
                    .toString();
            // Spreadsheets put a byte order mark before CSV; it is no part of the first column's name.
            return content.startsWith("\uFEFF") ? content.substring(1) : content;
        } catch (CharacterCodingException e) {
            long line = 1;
            for (int i = 0; i < in.position(); i++) {
                line += bytes[i] == '\n' ? 1 : 0;
            }
            throw new LabelledTextFault(file, line, "not valid UTF-8");
        }
    }

    /** Takes rows from the readers of the formats, checks them, and knows the file for the faults. Confined to one read. */
    static final class Collector {

        private final Path file;
        private final Columns columns;
        private final List<LabelledText> examples = new ArrayList<>();

        Collector(Path file, Columns columns) {
            this.file = file;
            this.columns = columns;
        }

        Columns columns() {
            return columns;
        }

        LabelledTextFault fault(long line, String why) {
            return new LabelledTextFault(file, line, why);
        }

        void add(long line, @Nullable String text, @Nullable String label) throws LabelledTextFault {
            if (text == null || text.isBlank()) {
                throw fault(line, "\"" + columns.text() + "\" is " + (text == null ? "missing" : "blank"));
            }
            if (label == null || label.isBlank()) {
                throw fault(line, "\"" + columns.label() + "\" is " + (label == null ? "missing" : "blank"));
            }
            if (text.length() > MAX_TEXT_CHARS) {
                throw fault(line, "the text is longer than " + MAX_TEXT_CHARS + " characters");
            }
            if (label.length() > MAX_LABEL_CHARS) {
                throw fault(line, "the label is longer than " + MAX_LABEL_CHARS
                        + " characters; is \"" + columns.label() + "\" the right column?");
            }
            if (examples.size() == MAX_EXAMPLES) {
                throw fault(line, "more than " + MAX_EXAMPLES + " examples");
            }
            examples.add(new LabelledText(text, label.strip(), line));
        }
    }
}
