package dev.falcon.proving.measure;

import dev.falcon.json.Json;
import dev.falcon.json.MalformedJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** What was measured last, by chapter: a run replaces the sections it measured and leaves the others. */
public record Results(Map<String, Section> sections) {

    /** Those of a file; none where there is no file. */
    public static Results read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return new Results(new TreeMap<>());
        }
        try {
            return new Results(new TreeMap<>(Json.read(Files.readAllBytes(file), Results.class).sections()));
        } catch (MalformedJson e) {
            throw new IOException(file + " is not what was measured: " + e.getMessage(), e);
        }
    }

    /** Replaces one section. */
    public void put(Chapter chapter, Section section) {
        sections.put(chapter.id(), section);
    }

    /** Keeps them. */
    public void write(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        Files.writeString(file, Json.pretty(this));
    }
}
