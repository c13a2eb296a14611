package dev.falcon.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The program {@code falcon}. The only class that reads the environment and ends the process. */
@Command(name = "falcon", mixinStandardHelpOptions = true, versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND", description = "Serves text classifiers over HTTP; trains and scores them.",
        footerHeading = "%nExit status:%n",
        footer = {"  0 success, 1 failure or a bad model, 2 wrong usage, 69 port taken, 78 wrong settings,",
            "  143 after a drained SIGTERM, 130 after a drained Ctrl-C", "",
            "Settings come from the environment; `falcon config` shows those in force, docs/REFERENCE.md explains them."})
public final class Main implements Runnable {

    private static final String CARRIERS = "jdk.virtualThreadScheduler.parallelism";
    private static final int SPARE_CARRIERS = 3;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    private Main() {}

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "Which command? See the list below.");
    }

    /** The commands, ready to be executed in these surroundings. */
    static CommandLine commandLine(Shell shell) {
        CommandLine line = new CommandLine(new Main())
                .addSubcommand(serve(shell))
                .addSubcommand(new TrainCommand(shell))
                .addSubcommand(new EvaluateCommand(shell))
                .addSubcommand(new ClassifyCommand(shell))
                .addSubcommand(new ConfigCommand(shell))
                .addSubcommand(new DoctorCommand(shell));
        line.setOut(new PrintWriter(shell.out(), true, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(shell.err(), true, StandardCharsets.UTF_8));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setExecutionExceptionHandler((e, failed, parsed) -> {
            failed.getErr().println("falcon: a defect of Falcon's: " + e);
            e.printStackTrace(failed.getErr());
            return ExitStatus.FAILURE;
        });
        return line;
    }

    private static ServeCommand serve(Shell shell) {
        return new ServeCommand(shell, new ServeCommand.Lifetime(Main::onSignal, Main::awaitSignal));
    }

    /**
     * Does what the words say. A worker's start, which is mostly the one word, does without the library for command lines:
     * its classes are too old for an AOT cache, and take as long to load and check as a sixth of the start.
     */
    private static int execute(Shell shell, String[] words) {
        return words.length == 1 && words[0].equals("serve")
                ? serve(shell).call()
                : commandLine(shell).execute(words);
    }

    /** SIGTERM and SIGINT, whose status the JVM itself returns; a drain that lost something ends with 1 instead. */
    private static void onSignal(BooleanSupplier drain) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            if (!drain.getAsBoolean()) {
                Runtime.getRuntime().halt(ExitStatus.FAILURE);
            }
        }, "drain"));
    }

    private static void awaitSignal() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * A carrier of virtual threads looks into no other queue while the one it is at has work, which under full load is
     * always. With as many carriers as processors, new connections and answers of Redis then wait for seconds; some more
     * leave one that looks (measured by `proving overload`). Set before the first virtual thread.
     */
    private static void addCarriers() {
        if (System.getProperty(CARRIERS) == null) {
            System.setProperty(CARRIERS, Integer.toString(Runtime.getRuntime().availableProcessors() + SPARE_CARRIERS));
        }
    }

    public static void main(String[] args) {
        addCarriers();
        Map<String, String> environment = System.getenv();
        Path home = Path.of(environment.getOrDefault(Shell.HOME_VARIABLE, "."));
        PrintStream out = System.out;
        int status = execute(new Shell(environment, home, System.in, out, System.err), args);
        out.flush();
        System.exit(status);
    }
}
