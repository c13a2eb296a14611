package dev.falcon.cli;

import dev.falcon.Runtimes;
import dev.falcon.config.Settings;
import dev.falcon.config.SettingsFaults;
import dev.falcon.inference.Ticker;
import dev.falcon.model.LabelledTextFault;
import dev.falcon.model.LabelledTexts;
import dev.falcon.model.Manifest;
import dev.falcon.model.ModelFault;
import dev.falcon.model.ModelRepository;
import dev.falcon.model.ModelWriter;
import dev.falcon.model.TrainedModel;
import dev.falcon.model.linear.LinearRuntime;
import dev.falcon.model.linear.LinearTrainer;
import dev.falcon.model.linear.TrainingPlan;
import dev.falcon.model.transformer.Encoders;
import dev.falcon.model.transformer.TransformerPlan;
import dev.falcon.model.transformer.TransformerRuntime;
import dev.falcon.model.transformer.TransformerTrainer;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code falcon train}: from a file of labelled texts to a model directory. */
@Command(name = "train", sortOptions = false,
        description = {"Train a text classifier on labelled texts.", "",
            "For any number of labels. `linear`: TF-IDF over word 1- and 2-grams with logistic regression, which answers in "
                    + "microseconds. `transformer`: a sentence encoder that comes with Falcon, and a trained head of a few kB "
                    + "on it; more often right, milliseconds a text, and any number of heads share one encoder. Writes "
                    + "OUT/NAME/VERSION/ and prints how well the model does on the texts it held out. The regularisation is "
                    + "chosen by cross-validation on the training part only. The same data and seed give the same bytes: on "
                    + "every machine (linear), or on every one with the same kind of processor (transformer).",
            ""},
        footerHeading = "%nExit status:%n",
        footer = {"  0 trained, 1 bad data, the model exists, it cannot be written, or its encoder cannot be loaded,",
            "  2 wrong usage, 78 wrong settings"})
final class TrainCommand implements Callable<Integer> {

    private static final double MIN_SHARE = 0.05;
    private static final double MAX_SHARE = 0.5;

    private final Shell shell;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private DataChoice data;

    @Option(names = "--name", paramLabel = "NAME", required = true,
            description = "Name of the model: 1 to 64 letters, digits, dots, dashes and underscores.")
    @SuppressWarnings("NullAway.Init") // required, so picocli sets it
    private String name;

    // Not the program's --version: that one belongs to the top command.
    @Option(names = "--version", paramLabel = "VERSION", defaultValue = "1",
            description = "Version of the model, in the same characters (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init") // it has a default
    private String version;

    @Option(names = "--runtime", paramLabel = "KIND", defaultValue = LinearRuntime.KIND,
            description = "Kind of the model: linear or transformer (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init") // it has a default
    private String runtime;

    @Option(names = "--encoder", paramLabel = "ENCODER", completionCandidates = EncoderNames.class,
            description = "Encoder of a transformer: one of ${COMPLETION-CANDIDATES} (default: the first).") private @Nullable String encoder;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "42",
            description = "Decides which texts are held out (default: ${DEFAULT-VALUE}).") private long seed;

    @Option(names = "--test-share", paramLabel = "SHARE", defaultValue = "0.2",
            description = "Share of each label's texts to hold out, 0.05 to 0.5 (default: ${DEFAULT-VALUE}).") private double testShare;

    @Option(names = "--out", paramLabel = "DIR",
            description = "Tree NAME/VERSION/ to write to. Default: models in Falcon's folder.") private @Nullable Path out;

    @Option(names = "--force",
            description = "Replace a model of this name and version; other files beside it, such as its card, stay.") private boolean force;

    @SuppressWarnings("UnusedVariable") // picocli reads it
    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this help and exit.") private boolean help;

    /** The encoders that there are, for the help. */
    static final class EncoderNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Encoders.names().iterator();
        }
    }

    TrainCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        if (!Manifest.isName(name) || !Manifest.isName(version)) {
            throw usage("--name and --version must be 1 to 64 letters, digits, dots, dashes and underscores");
        }
        if (!(testShare >= MIN_SHARE && testShare <= MAX_SHARE)) {
            throw usage("--test-share must be " + MIN_SHARE + " to " + MAX_SHARE);
        }
        boolean transformer = runtime.equals(TransformerRuntime.KIND);
        if (!transformer && !runtime.equals(LinearRuntime.KIND)) {
            throw usage("--runtime must be " + LinearRuntime.KIND + " or " + TransformerRuntime.KIND);
        }
        if (encoder != null && !(transformer && Encoders.names().contains(encoder))) {
            throw usage(transformer
                    ? "--encoder must be one of " + String.join(", ", Encoders.names())
                    : "--encoder is for --runtime " + TransformerRuntime.KIND);
        }
        Path tree = out == null ? shell.home().resolve("models") : out;
        ModelWriter writer = new ModelWriter(tree);
        Path target = writer.directory(name, version);
        // Looked at before the work too: nobody wants to hear it minutes later.
        if (!force && Files.exists(target)) {
            return exists(target);
        }
        try (Progress progress = new Progress(shell.err(), Ticker.system(), "reading the data")) {
            TrainedModel trained = transformer
                    ? trainTransformer(data.read(), progress)
                    : LinearTrainer.train(data.read(), TrainingPlan.of(name, version, seed, testShare), progress);
            Path written = writer.write(trained.manifest(), trained.files(), force);
            shell.out().print(EvaluationText.of(Objects.requireNonNull(trained.manifest().heldOut())));
            shell.out().printf("%nWrote %s (digest %s)%n", written, trained.manifest().digest());
            shell.out().printf("Serve it: %s bin/falcon serve%n", served(tree));
            return ExitStatus.OK;
        } catch (FileAlreadyExistsException e) {
            return exists(target);
        } catch (LabelledTextFault | ModelFault e) {
            return failed(e.getMessage());
        } catch (SettingsFaults e) {
            return SettingsFaultsText.print(e, shell);
        } catch (IOException e) {
            return failed(target + " cannot be written: " + e);
        }
    }

    private TrainedModel trainTransformer(LabelledTexts texts, Progress progress)
            throws LabelledTextFault, ModelFault, SettingsFaults {
        try (Runtimes runtimes = new Runtimes(shell.settings(null).encoding())) {
            return new TransformerTrainer(runtimes.encoders(), Ticker.system()).train(texts,
                    new TransformerPlan(name, version, seed, testShare,
                            encoder == null ? Encoders.names().getFirst() : encoder),
                    progress);
        }
    }

    /** The settings that make a worker serve this model and no other in the tree. */
    private String served(Path tree) {
        String choice = "DEFAULT_MODEL=" + (isServedByName(tree) ? name : name + "/" + version);
        boolean usualTree = out == null && !shell.environment().containsKey("MODEL_PATH");
        return usualTree ? choice : "MODEL_PATH='" + tree.toAbsolutePath().normalize() + "' " + choice;
    }

    private boolean isServedByName(Path tree) {
        try {
            return new ModelRepository(new Settings.Models(tree, name), kind -> Optional.empty()).manifest()
                    .version()
                    .equals(version);
        } catch (ModelFault e) {
            // A higher version is there and cannot be used.
            return false;
        }
    }

    private CommandLine.ParameterException usage(String message) {
        return new CommandLine.ParameterException(spec.commandLine(), message);
    }

    private int exists(Path target) {
        return failed(target + " is there already; give another --version, or --force to replace it");
    }

    private int failed(@Nullable String message) {
        shell.err().println("falcon: " + message);
        return ExitStatus.FAILURE;
    }
}
