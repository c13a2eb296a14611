package dev.falcon.proving.measure;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Programs that do one thing and end. Stateless. */
final class Tool {

    private static final long PATIENCE_SECONDS = 60;

    private Tool() {}

    /** What a command prints; throws with what it says where it fails, or takes more than a minute. */
    static String run(List<String> command) throws IOException, InterruptedException {
        return run(command, Map.of());
    }

    /** The same, with this added to the environment. */
    static String run(List<String> command, Map<String, String> environment) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException(said.strip());
        }
        return said;
    }
}
