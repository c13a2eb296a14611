package dev.falcon.model;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Writes a model's directory whole or not at all: under a hidden name first, then renamed, so that a worker that starts in
 * between never finds half a model.
 */
public final class ModelWriter {

    private final Path root;

    /** @param root the tree NAME/VERSION/; made where it does not exist */
    public ModelWriter(Path root) {
        this.root = root;
    }

    /** Where a model of this name and version is, or would be. */
    public Path directory(String name, String version) {
        return root.resolve(name).resolve(version);
    }

    /**
     * Writes the manifest and the files.
     *
     * @param files content by name, beside the manifest
     * @param replace whether a model that is already there gives way; its other files, such as a model card, stay
     * @return the model's directory
     * @throws FileAlreadyExistsException if it is there and may not be replaced
     */
    public Path write(Manifest manifest, Map<String, byte[]> files, boolean replace) throws IOException {
        Path target = directory(manifest.name(), manifest.version());
        if (Files.exists(target) && !replace) {
            throw new FileAlreadyExistsException(target.toString());
        }
        String unique = manifest.version() + "-" + ProcessHandle.current().pid();
        Path fresh = target.resolveSibling(".new-" + unique);
        Path old = target.resolveSibling(".old-" + unique);
        Files.createDirectories(fresh);
        try {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                write(fresh.resolve(file.getKey()), file.getValue());
            }
            write(fresh.resolve(Manifest.FILE_NAME), manifest.bytes());
            if (replace && Files.exists(target)) {
                copyOthers(target, fresh);
                Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
            }
            rename(fresh, target);
            delete(old);
            return target;
        } finally {
            delete(fresh);
        }
    }

    private static void rename(Path fresh, Path target) throws IOException {
        try {
            Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (DirectoryNotEmptyException e) {
            FileAlreadyExistsException taken = new FileAlreadyExistsException(target.toString());
            taken.initCause(e);
            throw taken;
        }
    }

    private static void write(Path file, byte[] content) throws IOException {
        Files.write(file, content, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE, StandardOpenOption.DSYNC);
    }

    private static void copyOthers(Path from, Path to) throws IOException {
        for (Path file : filesIn(from)) {
            Path copy = to.resolve(file.getFileName().toString());
            if (Files.isRegularFile(file) && !Files.exists(copy)) {
                Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    /** Model directories are flat. */
    private static void delete(Path directory) throws IOException {
        if (Files.exists(directory)) {
            for (Path file : filesIn(directory)) {
                Files.delete(file);
            }
            Files.delete(directory);
        }
    }

    private static List<Path> filesIn(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }
}
