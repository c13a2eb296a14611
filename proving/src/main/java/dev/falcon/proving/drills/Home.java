package dev.falcon.proving.drills;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A copy of what the checkout holds, so that faults and the runbook's edits touch a copy. Files are written in place: what
 * containers have mounted stays the same file.
 */
final class Home {

    private static final Duration SOON = Duration.ofMinutes(1);
    /** Built, and wanted: the image takes the jar, and bin/falcon the JDK. */
    private static final List<String> BUILT =
            List.of("falcon/target/falcon.jar", "falcon/target/lib", "target/java-home");
    private static final List<String> READ_BY_CONTAINERS =
            List.of("deploy/", "models/", "docker-compose.yml", ".env.example",
                    "falcon/", "Dockerfile", "bin/falcon");
    private static final String ENV = ".env";

    private final Path root;
    private final Path folder;

    Home(Path root, Path folder) {
        this.root = root;
        this.folder = folder;
    }

    Path folder() {
        return folder;
    }

    /**
     * Makes it like the checkout, its passwords and settings excepted.
     *
     * @return whether a file changed that containers may have read
     */
    boolean copy(Shell atRoot) throws IOException, InterruptedException {
        String listed = atRoot.must("git ls-files -z --cached --others --exclude-standard | tr '\\0' '\\n'", SOON);
        List<String> files = new ArrayList<>(listed.lines().toList());
        for (String built : BUILT) {
            Path path = root.resolve(built);
            if (!Files.exists(path)) {
                throw new IOException(path + " does not exist; run \"make build\" first");
            }
            try (Stream<Path> below = Files.walk(path)) {
                below.filter(Files::isRegularFile).forEach(each -> files.add(root.relativize(each).toString()));
            }
        }
        boolean changed = false;
        for (String file : files) {
            // A file that is tracked and was deleted is no part of the checkout.
            if (Files.isRegularFile(root.resolve(file)) && copyFile(file)) {
                changed |= READ_BY_CONTAINERS.stream().anyMatch(file::startsWith);
            }
        }
        return changed;
    }

    private boolean copyFile(String file) throws IOException {
        Path from = root.resolve(file);
        Path to = folder.resolve(file);
        Files.createDirectories(to.getParent());
        boolean differs = !Files.isRegularFile(to) || Files.mismatch(from, to) >= 0;
        if (differs) {
            try (var out = Files.newOutputStream(to)) {
                Files.copy(from, out);
            }
        }
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(from);
        if (!Files.getPosixFilePermissions(to).equals(permissions)) {
            Files.setPosixFilePermissions(to, permissions);
        }
        return differs;
    }

    /**
     * The settings that a drill starts with: those of the example with its default model, times of drills, the jar that is
     * built, and all other models beside the default one, as the load asks one of them by name.
     */
    void writeEnv() throws IOException {
        env(envOfDrills());
    }

    /** Whether {@code .env} is as a drill starts with it. */
    boolean hasEnvOfDrills() throws IOException {
        return env().equals(envOfDrills());
    }

    private String envOfDrills() throws IOException {
        String env = Files.readString(root.resolve(".env.example"));
        long breaker = Long.parseLong(valueOf("CIRCUIT_BREAKER_TIMEOUT_SECONDS", env)) / TimeScale.FACTOR;
        return EnvPatch.apply(env, "+CIRCUIT_BREAKER_TIMEOUT_SECONDS=" + breaker
                + "\n+JAR_FROM=prebuilt\n+SERVED_MODELS=all\n");
    }

    private static String valueOf(String name, String env) throws IOException {
        return env.lines()
                .filter(each -> each.startsWith(name + "="))
                .map(each -> each.substring(name.length() + 1))
                .findFirst()
                .orElseThrow(() -> new IOException(".env.example does not set " + name));
    }

    String env() throws IOException {
        return Files.readString(folder.resolve(ENV));
    }

    void env(String text) throws IOException {
        Files.writeString(folder.resolve(ENV), text);
    }

    /** Everything of models that is not in the checkout goes, and all that is comes back. */
    void restoreModels(Shell atRoot) throws IOException, InterruptedException {
        Path models = folder.resolve("models");
        if (Files.isDirectory(models)) {
            try (Stream<Path> files = Files.walk(models)) {
                for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                    Path original = root.resolve(folder.relativize(file));
                    if (!Files.exists(original) || Files.isDirectory(original) != Files.isDirectory(file)) {
                        Files.delete(file);
                    }
                }
            }
        }
        copy(atRoot);
    }

    /** What stands in the files of secrets, for whoever must not print it. */
    List<String> secrets() throws IOException {
        List<String> secrets = new ArrayList<>();
        for (Path folderOfSecrets : Arrays.asList(folder.resolve("secrets"), root.resolve("secrets"))) {
            if (Files.isDirectory(folderOfSecrets)) {
                try (Stream<Path> files = Files.list(folderOfSecrets)) {
                    for (Path file : files.filter(Files::isRegularFile).toList()) {
                        secrets.add(Files.readString(file).strip());
                    }
                }
            }
        }
        return secrets;
    }
}
