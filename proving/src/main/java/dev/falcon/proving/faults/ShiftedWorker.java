package dev.falcon.proving.faults;

import dev.falcon.FalconServer;
import dev.falcon.config.Settings;
import dev.falcon.config.SettingsReader;
import dev.falcon.config.Sources;
import dev.falcon.telemetry.Event;
import dev.falcon.telemetry.Logging;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * {@code falcon serve} with the date from a {@link ShiftedClock}: the one thing that the shipped program does not offer.
 * Everything else is the product, composed by its own root.
 */
public final class ShiftedWorker {

    /** System property that names the clock's file. */
    static final String SHIFT_FILE = "proving.clock-shift";

    private ShiftedWorker() {}

    public static void main(String[] args) throws Exception {
        Map<String, String> environment = System.getenv();
        Path home = Path.of(environment.getOrDefault("FALCON_HOME", "."));
        Settings settings = SettingsReader.read(new Sources(environment, null),
                new SettingsReader.Surroundings("localhost", Runtime.getRuntime().availableProcessors(), home));
        Logging logging = Logging.start(
                new Logging.Style(Event.Severity.INFO, true, settings.worker().id()), System.out);
        ShiftedClock clock = ShiftedClock.following(Path.of(System.getProperty(SHIFT_FILE)));
        FalconServer server = FalconServer.start(settings, "proving", clock);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> drain(server, logging), "drain"));
        new CountDownLatch(1).await();
    }

    private static void drain(FalconServer server, Logging logging) {
        try (logging) {
            server.drain();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
