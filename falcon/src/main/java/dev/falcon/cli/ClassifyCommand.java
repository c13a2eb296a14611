package dev.falcon.cli;

import dev.falcon.config.SettingsFaults;
import dev.falcon.inference.Prediction;
import dev.falcon.json.Json;
import dev.falcon.model.ModelFault;
import dev.falcon.model.ModelRuntime;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code falcon classify}: a model's answers without a server. */
@Command(name = "classify", mixinStandardHelpOptions = true, versionProvider = Version.class, sortOptions = false,
        description = {"Classify texts, without a server.", "",
            "Prints a line for each text: its most probable label, a tab, the probability. Without TEXT it reads a text a "
                    + "line from standard input, in UTF-8, passing over blank lines.",
            ""},
        footerHeading = "%nExit status:%n",
        footer = "  0 classified, 1 a bad model or unreadable input, 2 wrong usage, 78 wrong settings")
final class ClassifyCommand implements Callable<Integer> {

    private final Shell shell;

    @Parameters(paramLabel = "TEXT", arity = "0..*",
            description = "A text; quote it, each argument is one text.") private @Nullable List<String> texts;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private ModelChoice model;

    @Option(names = "--json",
            description = "Print a JSON object a line: label, probability, the probabilities of all labels, and whether the text was longer than the model reads.") private boolean json;

    /** A line of {@code --json}. */
    record Classified(String label, double probability, Map<String, Double> probabilities, boolean truncated) {}

    ClassifyCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        try {
            ModelRuntime runtime = model.load(shell).runtime();
            if (texts != null) {
                texts.forEach(text -> classify(runtime, text));
            } else {
                classifyLines(runtime);
            }
            return ExitStatus.OK;
        } catch (ModelFault e) {
            shell.err().println("falcon: " + e.getMessage());
            return ExitStatus.FAILURE;
        } catch (IOException e) {
            shell.err().println("falcon: standard input cannot be read: " + e);
            return ExitStatus.FAILURE;
        } catch (SettingsFaults e) {
            return SettingsFaultsText.print(e, shell);
        }
    }

    private void classifyLines(ModelRuntime runtime) throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(shell.in(), StandardCharsets.UTF_8));
        String line = lines.readLine();
        while (line != null) {
            if (!line.isBlank()) {
                classify(runtime, line);
            }
            line = lines.readLine();
        }
    }

    private void classify(ModelRuntime runtime, String text) {
        Prediction prediction = runtime.predict(List.of(runtime.prepare(text))).getFirst();
        if (!json) {
            shell.out().printf(Locale.ROOT, "%s\t%.4f%n", prediction.label(), prediction.confidence());
            return;
        }
        Map<String, Double> probabilities = new LinkedHashMap<>();
        for (int i = 0; i < prediction.labels().size(); i++) {
            probabilities.put(prediction.labels().get(i), prediction.probability(i));
        }
        shell.out()
                .println(new String(
                        Json.bytes(new Classified(prediction.label(), prediction.confidence(), probabilities,
                                prediction.truncated())),
                        StandardCharsets.UTF_8));
    }
}
