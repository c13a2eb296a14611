package dev.falcon.proving;

import dev.falcon.proving.drills.DrillCommand;
import dev.falcon.proving.faults.FaultsCommand;
import dev.falcon.proving.jmh.JmhCommand;
import dev.falcon.proving.load.CallersCommand;
import dev.falcon.proving.load.LoadCommand;
import dev.falcon.proving.measure.MeasureCommand;
import dev.falcon.proving.overload.OverloadCommand;
import dev.falcon.proving.soak.SoakCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The program {@code proving}: a command for each proof and each measurement. */
@Command(name = "proving", mixinStandardHelpOptions = true, synopsisSubcommandLabel = "COMMAND",
        description = "Proves and measures a worker; everything it needs is started here, on the loopback.",
        footerHeading = "%nExit status:%n", footer = "  0 proven, 1 disproven or failed, 2 wrong usage")
public final class Proving implements Runnable {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    private Proving() {}

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "Which command? See the list below.");
    }

    public static void main(String[] args) {
        System.exit(new CommandLine(new Proving()).addSubcommand(new FaultsCommand())
                .addSubcommand(new MeasureCommand())
                .addSubcommand(new JmhCommand())
                .addSubcommand(new OverloadCommand())
                .addSubcommand(new SoakCommand())
                .addSubcommand(new LoadCommand())
                .addSubcommand(new CallersCommand())
                .addSubcommand(new DrillCommand())
                .execute(args));
    }
}
