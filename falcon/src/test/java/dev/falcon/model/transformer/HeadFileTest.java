package dev.falcon.model.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.falcon.model.Manifest;
import dev.falcon.model.ModelFault;
import dev.falcon.model.ModelFault.Reason;
import dev.falcon.model.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeadFileTest {

    private static final EncoderDescription INT8 = EncoderDescription.BGE_SMALL_INT8;

    @TempDir private Path folder;

    private static byte[] encoded() {
        return HeadFile.encode(new HeadFile.Content(INT8.name(), INT8.digest(), RealEncoders.head(3, 4)));
    }

    /** A model whose head's file is these bytes, and whose manifest believes so. */
    private Path model(byte[] file) throws IOException {
        Path directory = RealEncoders.write(folder, "m", RealEncoders.head(3, 4), INT8);
        Path manifest = directory.resolve(Manifest.FILE_NAME);
        Files.writeString(manifest, Files.readString(manifest).replace(Sha256.hex(encoded()), Sha256.hex(file)));
        Files.write(directory.resolve(HeadFile.NAME), file);
        return directory;
    }

    private Reason fault(byte[] file) throws IOException {
        Path directory = model(file);
        return catchThrowableOfType(ModelFault.class, () -> HeadFile.read(directory, Manifest.read(directory)))
                .reason();
    }

    @Test
    void comesBackBitForBitWithItsEncodersName() throws Exception {
        Path directory = model(encoded());
        HeadFile.Content content = HeadFile.read(directory, Manifest.read(directory));

        assertThat(content.encoder()).isEqualTo(INT8.name());
        assertThat(content.encoderDigest()).isEqualTo(INT8.digest());
        assertThat(HeadFile.encode(content)).isEqualTo(encoded());
    }

    @Test
    void takesAFewKilobytes() {
        byte[] two = HeadFile.encode(new HeadFile.Content(INT8.name(), INT8.digest(), RealEncoders.head(3, 2)));

        assertThat(two.length).isLessThan(4000);
    }

    @Test
    void whatIsWrongIsTold() throws Exception {
        byte[] good = encoded();
        byte[] tooLong = Arrays.copyOf(good, good.length + 1);
        byte[] notFinite = good.clone();
        Arrays.fill(notFinite, notFinite.length - 4, notFinite.length, (byte) 0xFF);

        assertThat(fault(Arrays.copyOf(good, good.length - 1))).isEqualTo(Reason.TRUNCATED);
        assertThat(fault(Arrays.copyOf(good, 20))).isEqualTo(Reason.TRUNCATED);
        assertThat(fault(tooLong)).isEqualTo(Reason.CORRUPT);
        assertThat(fault(notFinite)).isEqualTo(Reason.CORRUPT);
        assertThat(fault("something else".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(Reason.CORRUPT);
        Path directory = model(good);
        Files.write(directory.resolve(HeadFile.NAME), tooLong);
        assertThat(catchThrowableOfType(ModelFault.class, () -> HeadFile.read(directory, Manifest.read(directory)))
                .reason()).isEqualTo(Reason.DIGEST_MISMATCH);
        Files.delete(directory.resolve(HeadFile.NAME));
        assertThat(catchThrowableOfType(ModelFault.class, () -> HeadFile.read(directory, Manifest.read(directory)))
                .reason()).isEqualTo(Reason.MISSING);
    }

    @Test
    void anyBytesEndInAFaultAndNeverOtherwise() {
        Random random = new Random(6);
        byte[] good = encoded();
        for (int i = 0; i < 3000; i++) {
            byte[] bytes = good.clone();
            bytes[8 + random.nextInt(90)] = (byte) random.nextInt(256);
            try {
                HeadFile.decode(Arrays.copyOf(bytes, 100 + random.nextInt(good.length)));
            } catch (IOException e) {
                assertThat(e).isNotNull();
            }
        }
    }
}
