package dev.falcon.model.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.falcon.config.Settings;
import dev.falcon.model.ModelFault;
import dev.falcon.model.ModelFault.Reason;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CacheFolderTest {

    private static final PackedFile TOKENIZER = EncoderDescription.BGE_SMALL_INT8.tokenizer();

    @TempDir private Path folder;

    private Set<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
        }
    }

    @Test
    void aFileIsUnpackedOnceAndThenLeftAlone() throws Exception {
        CacheFolder cache = new CacheFolder(folder);
        Path file = cache.verified(TOKENIZER);
        FileTime written = FileTime.fromMillis(1_000_000);
        Files.setLastModifiedTime(file, written);
        Files.delete(folder.resolve(".lock"));

        assertThat(new CacheFolder(folder).verified(TOKENIZER)).isEqualTo(file);
        assertThat(Files.getLastModifiedTime(file)).isEqualTo(written);
        assertThat(names()).as("nothing was written, so the folder may be read-only")
                .containsExactly("bge-small-en-v1.5-q-tokenizer-d241a60d5e8f.json");
    }

    @Test
    void aDamagedFileIsUnpackedAnew() throws Exception {
        CacheFolder cache = new CacheFolder(folder);
        Path file = cache.verified(TOKENIZER);
        byte[] good = Files.readAllBytes(file);
        Files.writeString(file, "half of i");

        assertThat(cache.verified(TOKENIZER)).hasBinaryContent(good);
    }

    @Test
    void aLibraryOfWhichOneByteIsAnotherIsUnpackedAnew() throws Exception {
        CacheFolder cache = new CacheFolder(folder);
        Path file = cache.asInJar(TOKENIZER.resource(), "below");
        byte[] good = Files.readAllBytes(file);
        byte[] damaged = good.clone();
        damaged[damaged.length / 2] ^= 1;
        Files.write(file, damaged);

        assertThat(cache.asInJar(TOKENIZER.resource(), "below")).hasBinaryContent(good);
        FileTime written = FileTime.fromMillis(1_000_000);
        Files.setLastModifiedTime(file, written);
        assertThat(Files.getLastModifiedTime(cache.asInJar(TOKENIZER.resource(), "below"))).isEqualTo(written);
    }

    @Test
    void whoMayReadWhatIsUnpackedIsLeftToTheUmask() throws Exception {
        CacheFolder cache = new CacheFolder(folder);
        Set<PosixFilePermission> usual = Files.getPosixFilePermissions(Files.createFile(folder.resolve("usual")));

        assertThat(Files.getPosixFilePermissions(cache.verified(TOKENIZER))).isEqualTo(usual);
        assertThat(Files.getPosixFilePermissions(cache.asInJar(TOKENIZER.resource(), "below"))).isEqualTo(usual);
    }

    @Test
    void whereTheLockCannotBeHadFilesAreUnpackedWithoutIt() throws Exception {
        Files.createDirectory(folder.resolve(".lock"));

        assertThat(new CacheFolder(folder).verified(TOKENIZER)).hasSize(711_396);
        assertThat(names()).containsExactlyInAnyOrder(".lock", TOKENIZER.fileName());
    }

    /** A worker's process as far as an encoder goes: once told to begin, it unpacks, loads and computes. */
    static final class Starting {

        private Starting() {}

        public static void main(String[] folder) throws Exception {
            System.out.println("there");
            System.in.read();
            try (Encoders encoders = new Encoders(new Settings.Encoding(Path.of(folder[0]), 64), 1)) {
                Encoder encoder = encoders.get(EncoderDescription.BGE_SMALL_INT8.name(), Path.of("test"));
                System.out.println(Arrays.hashCode(encoder.embed(encoder.tokenize("The soup was cold"))));
            }
        }

        static Process start(Path folder) throws IOException {
            ProcessBuilder builder = new ProcessBuilder(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", Starting.class.getName(),
                    folder.toString());
            // Not as an option: see WorkerSetup.
            builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
            return builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
        }
    }

    @Test
    void twoProcessesThatStartAtOnceOnAnEmptyFolderBothComputeAndLeaveItWhole() throws Exception {
        Process one = Starting.start(folder);
        Process other = Starting.start(folder);
        try {
            for (Process each : List.of(one, other)) {
                assertThat(each.inputReader().readLine()).isEqualTo("there");
            }
            for (Process each : List.of(one, other)) {
                each.outputWriter().append('\n').flush();
            }
            String answer = one.inputReader().readLine();
            assertThat(answer).matches("-?\\d+");
            assertThat(other.inputReader().readLine()).isEqualTo(answer);
            assertThat(one.waitFor()).isZero();
            assertThat(other.waitFor()).isZero();
            assertThat(names()).hasSize(4)
                    .contains(".lock", TOKENIZER.fileName(),
                            EncoderDescription.BGE_SMALL_INT8.weights().fileName());
        } finally {
            one.destroyForcibly();
            other.destroyForcibly();
        }
    }

    @Test
    void manyThatStartAtOnceAllGetAWholeFileAndLeaveNothingBehind() throws Exception {
        List<Boolean> whole = IntStream.range(0, 6).parallel().mapToObj(worker -> {
            try {
                CacheFolder cache = new CacheFolder(folder);
                return Files.size(cache.verified(TOKENIZER)) == 711_396
                        && Files.size(cache.asInJar(TOKENIZER.resource(), "below")) == 711_396;
            } catch (ModelFault | IOException e) {
                return false;
            }
        }).toList();

        assertThat(whole).hasSize(6).containsOnly(true);
        assertThat(names()).containsExactlyInAnyOrder(".lock", TOKENIZER.fileName(), "below");
        try (Stream<Path> below = Files.list(folder.resolve("below"))) {
            assertThat(below).hasSize(1);
        }
    }

    /** Another process that has begun to write a file, until it is told to end. */
    static final class Unpacking {

        private Unpacking() {}

        public static void main(String[] file) throws IOException {
            try (FileChannel channel = FileChannel.open(Path.of(file[0]), StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE); FileLock lock = channel.lock()) {
                System.out.println(lock.isValid());
                System.in.read();
            }
        }

        static Process start(Path file) throws IOException {
            return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                    System.getProperty("java.class.path"), Unpacking.class.getName(), file.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        }
    }

    @Test
    void whatAKilledStartLeftIsRemovedAndWhatALivingOneWritesIsNot() throws Exception {
        Path dead = Files.writeString(folder.resolve(".unpacking-dead"), "half of i");
        Path alive = folder.resolve(".unpacking-alive");
        Process other = Unpacking.start(alive);
        try {
            assertThat(other.inputReader().readLine()).isEqualTo("true");

            Path file = new CacheFolder(folder).verified(TOKENIZER);
            assertThat(dead).doesNotExist();
            assertThat(alive).exists();

            other.destroyForcibly().waitFor();
            Files.writeString(file, "damaged");
            new CacheFolder(folder).verified(TOKENIZER);
            assertThat(names()).containsExactlyInAnyOrder(".lock", TOKENIZER.fileName());
        } finally {
            other.destroyForcibly();
        }
    }

    @Test
    void aFolderThatCannotBeMadeIsNamedWithItsSetting() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");

        ModelFault fault = catchThrowableOfType(ModelFault.class,
                () -> new CacheFolder(file.resolve("cache")).verified(TOKENIZER));

        assertThat(fault.reason()).isEqualTo(Reason.NOT_UNPACKED);
        assertThat(fault).hasMessageContaining("MODEL_CACHE_DIR (" + file);
    }

    @Test
    void contentThatIsNotWhatWasExpectedIsNotKept() throws Exception {
        PackedFile other = new PackedFile(TOKENIZER.resource(), "0".repeat(64));

        assertThat(catchThrowableOfType(ModelFault.class, () -> new CacheFolder(folder).verified(other)).reason())
                .isEqualTo(Reason.DIGEST_MISMATCH);
        assertThat(names()).containsExactly(".lock");
    }

    @Test
    void machinesWithoutNativeCodeAreKnown() {
        assertThat(Natives.Machine.of("Linux", "amd64")).isEqualTo(new Natives.Machine("linux-x64", "linux-x86_64"));
        assertThat(Natives.Machine.of("Linux", "aarch64"))
                .isEqualTo(new Natives.Machine("linux-aarch64", "linux-aarch64"));
        assertThat(Natives.Machine.of("Mac OS X", "aarch64"))
                .isEqualTo(new Natives.Machine("osx-aarch64", "osx-aarch64"));
        assertThat(Natives.Machine.of("Linux", "riscv64")).isNull();
        assertThat(Natives.Machine.of("Mac OS X", "x86_64")).isNull();
    }
}
