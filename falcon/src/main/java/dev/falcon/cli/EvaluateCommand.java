package dev.falcon.cli;

import dev.falcon.config.SettingsFaults;
import dev.falcon.inference.Prediction;
import dev.falcon.inference.Ticker;
import dev.falcon.json.Json;
import dev.falcon.model.Evaluation;
import dev.falcon.model.LabelledText;
import dev.falcon.model.LabelledTextFault;
import dev.falcon.model.LabelledTexts;
import dev.falcon.model.LoadedModel;
import dev.falcon.model.ModelFault;
import dev.falcon.model.ModelRuntime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code falcon evaluate}: how well a model does on a file of labelled texts. */
@Command(name = "evaluate", mixinStandardHelpOptions = true, versionProvider = Version.class, sortOptions = false,
        description = {"Score a model on labelled texts.", "",
            "Prints the accuracy with its 95 %% interval, macro F1, expected calibration error and the confusion matrix.",
            ""},
        footerHeading = "%nExit status:%n",
        footer = "  0 scored, 1 bad data or a bad model, 2 wrong usage, 78 wrong settings")
final class EvaluateCommand implements Callable<Integer> {

    private static final int TEXTS_A_STEP = 1000;

    private final Shell shell;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private DataChoice data;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private ModelChoice model;

    @Option(names = "--held-out",
            description = "Score only those texts that the model's training held out. The data must be the file that it was trained on.") private boolean heldOut;

    @Option(names = "--json", description = "Print JSON.") private boolean json;

    EvaluateCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        try (Progress progress = new Progress(shell.err(), Ticker.system(), "reading the data")) {
            LabelledTexts texts = data.read();
            LoadedModel loaded = model.load(shell);
            Evaluation evaluation = evaluation(loaded.runtime(),
                    heldOut ? texts.heldOutFrom(loaded.manifest()) : texts, progress);
            shell.out().print(json ? Json.pretty(evaluation) : EvaluationText.of(evaluation));
            return ExitStatus.OK;
        } catch (LabelledTextFault | ModelFault e) {
            shell.err().println("falcon: " + e.getMessage());
            return ExitStatus.FAILURE;
        } catch (SettingsFaults e) {
            return SettingsFaultsText.print(e, shell);
        }
    }

    private static Evaluation evaluation(ModelRuntime runtime, LabelledTexts texts, Progress progress)
            throws LabelledTextFault {
        List<LabelledText> examples = texts.examples();
        int[] given = new int[examples.size()];
        List<Prediction> predictions = new ArrayList<>(given.length);
        for (int i = 0; i < given.length; i++) {
            LabelledText example = examples.get(i);
            given[i] = runtime.labels().indexOf(example.label());
            if (given[i] < 0) {
                throw new LabelledTextFault(texts.file(), example.line(), "label \"" + example.label()
                        + "\" is not one of the model's: " + String.join(", ", runtime.labels()));
            }
            if (i % TEXTS_A_STEP == 0) {
                progress.accept("scored " + i + " of " + given.length + " texts");
            }
            // One at a time, as not every model answers alike in a batch.
            predictions.addAll(runtime.predict(List.of(runtime.prepare(example.text()))));
        }
        return Evaluation.of(runtime.labels(), given, predictions);
    }
}
