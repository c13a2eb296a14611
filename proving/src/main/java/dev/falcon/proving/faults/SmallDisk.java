package dev.falcon.proving.faults;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A file system of its own that can really be full: a tmpfs of {@value #MEGABYTES} MB. Mounting takes root. Unmounted
 * when closed, and with this JVM. For use by one thread.
 */
final class SmallDisk implements AutoCloseable {

    private static final int MEGABYTES = 160;

    private final Path folder;
    private final Thread atExit = new Thread(this::unmount, "unmount-at-exit");

    private SmallDisk(Path folder) {
        this.folder = folder;
    }

    /** Mounts it here. */
    static SmallDisk mounted(Path folder) throws IOException {
        Files.createDirectories(folder);
        String refusal = run("mount", "-t", "tmpfs", "-o", "size=" + MEGABYTES + "m,mode=0700", "proving",
                folder.toString());
        if (!refusal.isEmpty()) {
            throw new IOException("a full disk can only be had by mounting a small one, as root: " + refusal);
        }
        SmallDisk disk = new SmallDisk(folder);
        Runtime.getRuntime().addShutdownHook(disk.atExit);
        return disk;
    }

    /** An empty folder on it. */
    Path folder(String name) throws IOException {
        return Files.createDirectory(folder.resolve(name));
    }

    /** Leaves no byte free. */
    void fill() throws IOException {
        byte[] zeros = new byte[4096];
        try (OutputStream out = Files.newOutputStream(ballast())) {
            for (long written = 0; written <= MEGABYTES * 1024L * 1024; written += zeros.length) {
                out.write(zeros);
            }
        } catch (IOException e) {
            if (folder.toFile().getUsableSpace() >= zeros.length) {
                throw e;
            }
            return;
        }
        throw new IOException("the small disk took more than its size");
    }

    /** Frees what {@link #fill} took. */
    void free() throws IOException {
        Files.deleteIfExists(ballast());
    }

    private Path ballast() {
        return folder.resolve("ballast");
    }

    @Override
    public void close() {
        unmount();
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            // The JVM is ending: the hook runs anyway.
            return;
        }
    }

    /** Lazily: whoever still has a file open there keeps it until it closes it. */
    private void unmount() {
        try {
            run("umount", "-l", folder.toString());
        } catch (IOException e) {
            System.err.println("cannot unmount " + folder + ": " + e.getMessage());
        }
    }

    /** What a failed command said; empty where it succeeded. */
    private static String run(String... command) throws IOException {
        Process process = new ProcessBuilder(List.of(command)).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS) || process.exitValue() != 0) {
                return said.isEmpty() ? command[0] + " failed" : said;
            }
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
