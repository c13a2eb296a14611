package dev.falcon.cli;

import dev.falcon.FalconServer;
import dev.falcon.Runtimes;
import dev.falcon.config.Settings;
import dev.falcon.config.SettingsFaults;
import dev.falcon.config.SettingsFindings;
import dev.falcon.inferencelog.SpoolUnavailable;
import dev.falcon.listener.CannotListen;
import dev.falcon.memory.HeapPlan;
import dev.falcon.memory.JvmBounds;
import dev.falcon.memory.MemoryLimit;
import dev.falcon.memory.MemoryPlan;
import dev.falcon.model.ModelFault;
import dev.falcon.telemetry.Event;
import dev.falcon.telemetry.EventLog;
import dev.falcon.telemetry.Field;
import dev.falcon.telemetry.Logging;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code falcon serve}: one worker, until a signal ends it. */
@Command(name = "serve", mixinStandardHelpOptions = true, versionProvider = Version.class,
        description = {"Serves the model in MODEL_PATH over HTTP until SIGTERM or Ctrl-C, then drains and ends.",
            "All settings come from the environment; without REDIS_HOST and POSTGRES_HOST everything is kept in the worker"
                    + " and in SQLite, so that nothing else needs to run.",
            "`falcon doctor` checks beforehand whether it can."},
        footerHeading = "%nExit status:%n",
        footer = {"  1 a bad model or spool, or a drain that lost something, 2 wrong usage,",
            "  69 port taken, 78 wrong settings, 143 after a drained SIGTERM,", "  130 after a drained Ctrl-C"})
final class ServeCommand implements Callable<Integer> {

    /**
     * The process's end, as a command sees it.
     *
     * @param onSignal from then on a signal to end calls this first; it tells whether nothing was left
     * @param awaitSignal waits for that signal, or for an interrupt
     */
    record Lifetime(Consumer<BooleanSupplier> onSignal, Runnable awaitSignal) {}

    private final Shell shell;
    private final Lifetime lifetime;

    @Option(names = "--env-file", paramLabel = "FILE",
            description = "Read NAME=value lines from this file too; the environment wins.") private @Nullable Path envFile;

    ServeCommand(Shell shell, Lifetime lifetime) {
        this.shell = shell;
        this.lifetime = lifetime;
    }

    @Override
    public Integer call() {
        SettingsFindings findings = shell.examined(envFile);
        Settings settings;
        try {
            settings = findings.settings();
        } catch (SettingsFaults e) {
            return wrongSettings(e);
        }
        Logging logging = Logging.start(style(settings.worker()), shell.out());
        EventLog log = new EventLog(ServeCommand.class);
        AtomicReference<@Nullable FalconServer> running = new AtomicReference<>();
        lifetime.onSignal().accept(() -> drain(running.get(), log, logging));
        try {
            log.emit(Event.STARTING, "starting falcon " + Version.running(), Field.of("port", settings.http().port()));
            findings.unknown()
                    .forEach(unknown -> log.emit(Event.UNKNOWN_SETTING, unknown.toString(),
                            Field.of("setting", unknown.name()), Field.of("source", unknown.source())));
            String tooMuch = tooMuchMemory(settings);
            if (tooMuch != null) {
                return failed(log, logging, "cannot start: " + tooMuch, ExitStatus.SETTINGS);
            }
            FalconServer server = FalconServer.start(settings, Version.running());
            running.set(server);
            if (settings.worker().logFormat() == Settings.LogFormat.TEXT) {
                Welcome.print(settings, server, shell.out());
            }
        } catch (CannotListen e) {
            return failed(log, logging, String.valueOf(e.getMessage()),
                    e.isPortTaken() ? ExitStatus.PORT_TAKEN : ExitStatus.SETTINGS);
        } catch (ModelFault | SpoolUnavailable e) {
            return failed(log, logging, "cannot start: " + e.getMessage(), ExitStatus.FAILURE);
        } catch (RuntimeException | Error e) {
            log.emit(Event.START_FAILED, "cannot start: " + e, e);
            logging.close();
            return ExitStatus.FAILURE;
        }
        lifetime.awaitSignal().run();
        return ExitStatus.OK;
    }

    private static @Nullable String tooMuchMemory(Settings settings) throws ModelFault {
        JvmBounds jvm = JvmBounds.ofThisProcess();
        String refusal = MemoryPlan.refusal(jvm, MemoryLimit.ofThisProcess(), taken(settings));
        return refusal == null ? HeapPlan.refusal(settings, jvm.heap()) : refusal;
    }

    private static List<MemoryPlan.Addend> taken(Settings settings) throws ModelFault {
        try (Runtimes runtimes = new Runtimes(settings.encoding())) {
            return runtimes.nativeMemory(settings.models());
        }
    }

    /** The settings say how to log, and they are wrong: as JSON, unless the environment plainly asks for text. */
    private int wrongSettings(SettingsFaults faults) {
        boolean text = "text".equalsIgnoreCase(shell.environment().get("LOG_FORMAT"));
        Logging logging = Logging.start(new Logging.Style(Event.Severity.INFO, !text,
                shell.environment().getOrDefault("WORKER_ID", "unnamed")), shell.out());
        EventLog log = new EventLog(ServeCommand.class);
        faults.faults()
                .forEach(fault -> log.emit(Event.WRONG_SETTING, fault.toString(),
                        Field.of("setting", fault.name()), Field.of("source", fault.source())));
        return failed(log, logging, "cannot start: " + faults.getMessage() + ", see above", ExitStatus.SETTINGS);
    }

    private static int failed(EventLog log, Logging logging, String message, int status) {
        log.emit(Event.START_FAILED, message, Field.of("exit_status", status));
        logging.close();
        return status;
    }

    /** Whatever happens on the way, the log is written out, and only a whole drain counts as one. */
    private static boolean drain(@Nullable FalconServer server, EventLog log, Logging logging) {
        try {
            return server == null || server.drain();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (RuntimeException | Error e) {
            log.emit(Event.DRAIN_INCOMPLETE, "the drain met a defect: " + e, e);
            return false;
        } finally {
            logging.close();
        }
    }

    private static Logging.Style style(Settings.Worker worker) {
        return new Logging.Style(Event.Severity.valueOf(worker.logLevel().name().toUpperCase(Locale.ROOT)),
                worker.logFormat() == Settings.LogFormat.JSON, worker.id());
    }
}
