package dev.falcon.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelWriterTest {

    private static final Manifest MANIFEST = ManifestTest.manifest("m", "1");

    @TempDir private Path folder;
    private ModelWriter writer;

    @BeforeEach
    void onAnEmptyTree() {
        writer = new ModelWriter(folder.resolve("models"));
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void writesAModelThatReadsBackAndNothingElse() throws Exception {
        Path directory = writer.write(MANIFEST, Map.of("weights.bin", new byte[]{1, 2}), false);

        assertThat(directory).isEqualTo(folder.resolve("models").resolve("m").resolve("1"));
        assertThat(Manifest.read(directory)).isEqualTo(MANIFEST);
        assertThat(directory.resolve("weights.bin")).hasBinaryContent(new byte[]{1, 2});
        assertThat(names(directory.resolveSibling("."))).containsExactly("1");
    }

    @Test
    void refusesToReplaceUnlessTold() throws Exception {
        Path directory = writer.write(MANIFEST, Map.of("weights.bin", new byte[]{1}), false);

        assertThatThrownBy(() -> writer.write(MANIFEST, Map.of("weights.bin", new byte[]{2}), false))
                .isInstanceOf(FileAlreadyExistsException.class);
        assertThat(directory.resolve("weights.bin")).hasBinaryContent(new byte[]{1});
    }

    @Test
    void replacingKeepsTheCardAndLeavesNothingBehind() throws Exception {
        Path directory = writer.write(MANIFEST, Map.of("weights.bin", new byte[]{1}), false);
        Files.writeString(directory.resolve("README.md"), "the card");

        writer.write(MANIFEST, Map.of("weights.bin", new byte[]{2}), true);

        assertThat(directory.resolve("weights.bin")).hasBinaryContent(new byte[]{2});
        assertThat(directory.resolve("README.md")).hasContent("the card");
        assertThat(names(directory.resolveSibling("."))).containsExactly("1");
    }

    @Test
    void aWriteThatFailsLeavesTheOldModelAndNothingElse() throws Exception {
        Path directory = writer.write(MANIFEST, Map.of("weights.bin", new byte[]{1}), false);

        assertThatThrownBy(() -> writer.write(MANIFEST, Map.of("no/such/folder", new byte[]{2}), true))
                .isInstanceOf(IOException.class);

        assertThat(directory.resolve("weights.bin")).hasBinaryContent(new byte[]{1});
        assertThat(names(directory.resolveSibling("."))).containsExactly("1");
    }
}
