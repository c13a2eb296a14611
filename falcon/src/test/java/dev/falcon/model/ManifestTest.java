package dev.falcon.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.falcon.json.Json;
import dev.falcon.model.ModelFault.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestTest {

    @TempDir private Path folder;

    static Manifest manifest(String name, String version) {
        Evaluation evaluation = new Evaluation(0.5, new Interval(0.25, 0.75), 0.4, 0.1, 4, List.of("no", "yes"),
                List.of(List.of(1, 1), List.of(1, 1)));
        Manifest.Training training = new Manifest.Training("d".repeat(64), 42, 16, 4, 0,
                Map.of("c", 2.5, "solver", "some", "words", 7));
        return new Manifest(Manifest.FORMAT, "fake", name, version, List.of("no", "yes"), "a".repeat(64), true,
                training, evaluation, null);
    }

    private ModelFault fault(String json) throws IOException {
        Files.writeString(folder.resolve(Manifest.FILE_NAME), json);
        return catchThrowableOfType(ModelFault.class, () -> Manifest.read(folder));
    }

    @Test
    void isReadAsItWasWritten() throws Exception {
        Manifest manifest = manifest("m", "1");
        Files.write(folder.resolve(Manifest.FILE_NAME), manifest.bytes());

        assertThat(Manifest.read(folder)).isEqualTo(manifest);
        assertThat(Manifest.read(folder).bytes()).isEqualTo(manifest.bytes());
    }

    @Test
    void aModelThatFalconDidNotTrainNeedsNotSayHowItWas() throws Exception {
        Manifest trained = manifest("m", "1");
        Manifest given = new Manifest(Manifest.FORMAT, "fake", "m", "1", trained.labels(), trained.digest(), false,
                null, null, new Manifest.Graph("scores", "logits", 128));
        Files.write(folder.resolve(Manifest.FILE_NAME), given.bytes());

        assertThat(Manifest.read(folder)).isEqualTo(given);
        assertThat(new String(given.bytes(), UTF_8)).contains("\"graph\"")
                .doesNotContain("training", "held_out", "null");
    }

    @ParameterizedTest
    @ValueSource(strings = {"kind", "name", "version", "labels", "digest"})
    void namesTheFieldThatIsMissing(String field) throws Exception {
        Map<?, ?> fields = Json.read(manifest("m", "1").bytes(), Map.class);
        fields.remove(field);

        ModelFault fault = fault(new String(Json.bytes(fields), UTF_8));

        assertThat(fault.reason()).isEqualTo(Reason.BAD_MANIFEST);
        assertThat(fault).hasMessageEndingWith("field \"" + field + "\" is missing");
        assertThat(fault.file()).isEqualTo(folder.resolve(Manifest.FILE_NAME));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "\"format\" : 1        | \"format\" : 2        | \"format\"",
        "\"version\" : \"1\"   | \"version\" : \"../1\" | \"version\"",
        "\"version\" : \"1\"   | \"version\" : 1       | version",
        "\"no\", \"yes\"       | \"no\"                | \"labels\"",
        "\"no\", \"yes\"       | \"no\", \"no\"        | \"labels\"",
        "\"digest\" : \"aa     | \"digest\" : \"A      | \"digest\"",
        "\"kind\" : \"fake\"   | \"kind\" : \"fake\", \"kin\" : 1 | unknown field \"kin\""})
    void namesTheFieldThatIsWrong(String part, String replacement, String named) throws IOException {
        ModelFault fault = fault(new String(manifest("m", "1").bytes(), UTF_8).replace(part, replacement));

        assertThat(fault.reason()).isEqualTo(Reason.BAD_MANIFEST);
        assertThat(fault).hasMessageContaining(named);
    }

    @Test
    void whatIsNotJsonIsSaidNotToBe() throws IOException {
        assertThat(fault("weights!")).hasMessageContaining("not JSON")
                .extracting(ModelFault::reason)
                .isEqualTo(Reason.BAD_MANIFEST);
    }

    @Test
    void aHugeFileIsNotReadAsAManifest() throws IOException {
        assertThat(fault(" ".repeat((1 << 20) + 1))).hasMessageContaining("larger than")
                .extracting(ModelFault::reason)
                .isEqualTo(Reason.BAD_MANIFEST);
    }

    @Test
    void aMissingManifestIsNamed() {
        ModelFault fault = catchThrowableOfType(ModelFault.class, () -> Manifest.read(folder));

        assertThat(fault.reason()).isEqualTo(Reason.MISSING);
        assertThat(fault.file()).isEqualTo(folder.resolve("manifest.json"));
    }

    @Test
    void anUnreadableManifestIsSaidToBeUnreadable() throws IOException {
        Files.createDirectory(folder.resolve(Manifest.FILE_NAME));

        assertThat(catchThrowableOfType(ModelFault.class, () -> Manifest.read(folder)).reason())
                .isEqualTo(Reason.NOT_READABLE);
    }
}
