package dev.falcon.model.transformer;

import dev.falcon.model.ModelFault;
import dev.falcon.model.ModelFault.Reason;
import dev.falcon.model.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.UUID;
import java.util.jar.JarEntry;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Where files from jars lie unpacked, for this worker and any other. A file is written under another name and then renamed,
 * so what has its name is whole; a lock keeps workers that start at once from doing the work twice, and is not relied upon:
 * who may not have it, in a folder that another user began, goes on without.
 * Each file under way is locked besides, as long as somebody writes it: what is not was left by a process that was killed, and
 * is removed by the next one that unpacks there.
 * Writes only what is missing, so a folder that has everything may be read-only. Whom files may be read by is left to the umask
 * of who unpacks them. Safe for use by many threads and processes.
 */
final class CacheFolder {

    /** How the names of files begin that are being written. */
    private static final String UNDER_WAY = ".unpacking-";

    private final Path folder;

    CacheFolder(Path folder) {
        this.folder = folder.toAbsolutePath();
    }

    Path path() {
        return folder;
    }

    /** The file on disk, verified; unpacked first where it is missing or was damaged. */
    Path verified(PackedFile file) throws ModelFault {
        Path target = folder.resolve(file.fileName());
        try {
            if (!isWhole(target, file)) {
                unpacking(target, () -> {
                    if (!isWhole(target, file)) {
                        unpack(file.resource(), target);
                        if (!isWhole(target, file)) {
                            Files.deleteIfExists(target);
                            throw new ModelFault(target, Reason.DIGEST_MISMATCH, "what Falcon's jars hold as "
                                    + file.resource() + " is not what was expected, SHA-256 " + file.sha256());
                        }
                    }
                });
            }
            return target;
        } catch (IOException e) {
            throw fault(target, e);
        }
    }

    /**
     * A file of a library whose name must stay, below a folder that names its version; as the jar has it by size and CRC-32, which
     * is looked at each time. Unpacked first where it is missing or was damaged.
     */
    Path asInJar(String resource, String below) throws ModelFault {
        Path target = folder.resolve(below).resolve(resource.substring(resource.lastIndexOf('/') + 1));
        try {
            JarEntry packed = entry(resource);
            if (!isWhole(target, packed)) {
                unpacking(target, () -> {
                    if (!isWhole(target, packed)) {
                        unpack(resource, target);
                        if (!isWhole(target, packed)) {
                            Files.deleteIfExists(target);
                            throw new ModelFault(target, Reason.DIGEST_MISMATCH,
                                    "what was unpacked is not what the jar says of " + resource);
                        }
                    }
                });
            }
            return target;
        } catch (IOException e) {
            throw fault(target, e);
        }
    }

    /** Work on the folder's files. */
    @FunctionalInterface
    private interface Unpacking {
        void run() throws IOException, ModelFault;
    }

    /** One thread of this process at a time: its others would be taken for the holder of the locks that it has. */
    @SuppressWarnings("try") // the lock is held, and not spoken to
    private void unpacking(Path target, Unpacking work) throws IOException, ModelFault {
        Path parent = target.resolveSibling(".").normalize();
        Files.createDirectories(parent);
        synchronized (CacheFolder.class) {
            try (FileChannel held = lockOfFolder()) {
                if (held != null) {
                    removeLeftovers(parent);
                }
                work.run();
            }
        }
    }

    /** Null where it cannot be had: then several may unpack the same, and the last one's is as good as the first one's. */
    private @Nullable FileChannel lockOfFolder() throws IOException {
        try {
            FileChannel channel = FileChannel.open(folder.resolve(".lock"), StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE);
            try {
                lock(channel);
                return channel;
            } catch (IOException | RuntimeException | Error e) {
                channel.close();
                throw e;
            }
        } catch (FileSystemException e) {
            return null;
        }
    }

    /** Released as the channel is closed, or its process ends. */
    @SuppressWarnings("resource")
    private static void lock(FileChannel channel) throws IOException {
        channel.lock();
    }

    private static void removeLeftovers(Path parent) throws IOException {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(parent, UNDER_WAY + "*")) {
            for (Path file : left) {
                removeUnlessInUse(file);
            }
        }
    }

    private static void removeUnlessInUse(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            if (lock != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | OverlappingFileLockException e) {
            // It was finished meanwhile, or is not ours to remove: what it takes is disk, and nothing else.
        }
    }

    private static void unpack(String resource, Path target) throws IOException {
        // Not a temporary file: those are for their owner alone, and other users' workers may share this folder.
        Path fresh = Files.createFile(target.resolveSibling(UNDER_WAY + UUID.randomUUID()));
        try {
            try (InputStream in = connection(resource).getInputStream();
                    FileChannel out = FileChannel.open(fresh, StandardOpenOption.WRITE);
                    OutputStream stream = Channels.newOutputStream(out)) {
                lock(out);
                in.transferTo(stream);
                out.force(true);
                Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            }
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    private static JarEntry entry(String resource) throws IOException {
        if (connection(resource) instanceof JarURLConnection jar) {
            return jar.getJarEntry();
        }
        throw new IOException(resource + " is in no jar");
    }

    private static URLConnection connection(String resource) throws IOException {
        URL url = CacheFolder.class.getResource(resource);
        if (url == null) {
            throw new IOException("Falcon's jars do not hold " + resource);
        }
        return url.openConnection();
    }

    /** CRC-32 is for each start: 25 ms for all libraries, where SHA-256 took 120, and 600 before it is compiled well. */
    private static boolean isWhole(Path file, JarEntry packed) throws IOException {
        if (!Files.exists(file) || Files.size(file) != packed.getSize()) {
            return false;
        }
        CRC32 sum = new CRC32();
        try (InputStream in = new CheckedInputStream(Files.newInputStream(file), sum)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return sum.getValue() == packed.getCrc();
    }

    private static boolean isWhole(Path file, PackedFile packed) throws IOException {
        return Files.exists(file) && packed.sha256().equals(Sha256.ofFiles(List.of(file)));
    }

    private ModelFault fault(Path target, @Nullable IOException e) {
        return new ModelFault(target, Reason.NOT_UNPACKED,
                "cannot be unpacked into MODEL_CACHE_DIR (" + folder + "): " + e, e);
    }
}
