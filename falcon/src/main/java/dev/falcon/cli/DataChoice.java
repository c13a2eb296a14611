package dev.falcon.cli;

import dev.falcon.model.LabelledTextFault;
import dev.falcon.model.LabelledTexts;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The options that say where labelled texts are: mixed into the commands that read them. */
final class DataChoice {

    @Option(names = "--data", paramLabel = "FILE", required = true,
            description = "Labelled texts in UTF-8: .csv (RFC 4180), .tsv (no quoting) or .jsonl (an object a line).")
    @SuppressWarnings("NullAway.Init") // required, so picocli sets it
    private Path file;

    @Option(names = "--text-column", paramLabel = "NAME", defaultValue = "text",
            description = "Column or field that holds the text (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init") // it has a default
    private String textColumn;

    @Option(names = "--label-column", paramLabel = "NAME", defaultValue = "label",
            description = "Column or field that holds the label (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init") // it has a default
    private String labelColumn;

    LabelledTexts read() throws LabelledTextFault {
        return LabelledTexts.read(file, new LabelledTexts.Columns(textColumn, labelColumn));
    }
}
