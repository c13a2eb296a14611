package dev.falcon.proving.drills;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** A file system of its own for PostgreSQL, which can really be full: ext4 in a file. Mounting takes root. */
final class SmallDisk {

    static final int MEGABYTES = 400;

    private static final Duration SOON = Duration.ofSeconds(30);

    private final Path image;
    private final Path mount;
    private final Shell shell;

    SmallDisk(Path folder, Shell shell) {
        image = folder.resolve("postgres.img");
        mount = folder.resolve("disk");
        this.shell = shell;
    }

    /** What PostgreSQL is given: a folder on it, as the top one has a lost+found that would keep it from starting. */
    Path data() {
        return mount.resolve("data");
    }

    /** An empty one. */
    void mount() throws IOException, InterruptedException {
        unmount();
        Files.createDirectories(mount);
        shell.must(
                "truncate -s " + MEGABYTES + "M '" + image + "' && mkfs.ext4 -q -m 0 '" + image + "' && mount -o loop '"
                        + image + "' '" + mount + "'",
                SOON);
        Files.createDirectory(data());
    }

    /** Whoever still has a file open there keeps it until it closes it. */
    void unmount() throws IOException, InterruptedException {
        shell.must("while mountpoint -q '" + mount + "'; do umount '" + mount + "' || umount -l '" + mount
                + "' || exit 1; done; rm -rf '" + image + "' '" + mount + "'", SOON);
    }
}
