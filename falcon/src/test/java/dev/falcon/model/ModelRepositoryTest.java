package dev.falcon.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.falcon.config.Settings;
import dev.falcon.inference.ModelId;
import dev.falcon.inference.Prediction;
import dev.falcon.model.ModelFault.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelRepositoryTest {

    @TempDir private Path folder;

    /** A runtime that knows only who it is. */
    private record FakeRuntime(ModelId id) implements ModelRuntime {
        @Override
        public List<String> labels() {
            return List.of("no", "yes");
        }

        @Override
        public boolean batchInvariant() {
            return true;
        }

        @Override
        public Prepared prepare(String text) {
            throw new AssertionError("nothing is asked here");
        }

        @Override
        public List<Prediction> predict(List<Prepared> texts) {
            throw new AssertionError("nothing is asked here");
        }
    }

    private void install(String name, String version) throws IOException {
        new ModelWriter(folder).write(ManifestTest.manifest(name, version), Map.of(), false);
    }

    private static ModelRepository repository(Path path, @Nullable String defaultModel) {
        return repository(new Settings.Models(path, defaultModel));
    }

    private static ModelRepository repository(Settings.Models settings) {
        return new ModelRepository(settings,
                kind -> kind.equals("fake")
                        ? Optional.of((directory, manifest) -> new FakeRuntime(manifest.id()))
                        : Optional.empty());
    }

    private String loaded(@Nullable String defaultModel) throws ModelFault {
        ModelId id = repository(folder, defaultModel).load().runtime().id();
        return id.name() + "/" + id.version();
    }

    private ModelFault fault(Path path, @Nullable String defaultModel) {
        return catchThrowableOfType(ModelFault.class, () -> repository(path, defaultModel).load());
    }

    @Test
    void aPathThatHoldsAManifestIsTheModel() throws Exception {
        install("m", "1");
        LoadedModel model = repository(folder.resolve("m").resolve("1"), null).load();

        assertThat(model.runtime().id()).isEqualTo(new ModelId("m", "1", "a".repeat(64)));
        assertThat(model.directory()).isEqualTo(folder.resolve("m").resolve("1"));
    }

    @Test
    void theOnlyNameOfATreeIsServedInItsHighestVersion() throws Exception {
        for (String version : new String[]{"9", "10", "2", "1.5"}) {
            install("m", version);
        }
        assertThat(loaded(null)).isEqualTo("m/10");
    }

    @Test
    void defaultModelChoosesANameAndAVersion() throws Exception {
        install("m", "1");
        install("m", "2");
        install("other", "1");

        assertThat(loaded("m")).isEqualTo("m/2");
        assertThat(loaded("m/1")).isEqualTo("m/1");
        assertThat(loaded("other")).isEqualTo("other/1");
    }

    @Test
    void severalNamesNeedAChoiceAndAreListed() throws Exception {
        install("m", "1");
        install("other", "1");

        assertThat(fault(folder, null)).hasMessageContaining("m, other")
                .hasMessageContaining("DEFAULT_MODEL")
                .extracting(ModelFault::reason)
                .isEqualTo(Reason.AMBIGUOUS);
    }

    @Test
    void ofSeveralNamesTheUsualOneIsMeantWhereNoneIsSaid() throws Exception {
        install("a", "1");
        install(ModelRepository.USUAL, "1");

        assertThat(loaded(null)).isEqualTo(ModelRepository.USUAL + "/1");
        assertThat(loaded("a")).isEqualTo("a/1");
    }

    @Test
    void whatWouldBeLoadedIsKnownWithoutLoadingIt() throws Exception {
        install("m", "1");
        Settings.Models settings = new Settings.Models(folder, null);

        assertThat(new ModelRepository(settings, kind -> Optional.empty()).manifest().id())
                .isEqualTo(new ModelId("m", "1", "a".repeat(64)));
    }

    @Test
    void onlyFoldersThatHoldAModelCountAsSeveral() throws Exception {
        install("m", "1");
        Files.createDirectories(folder.resolve("data").resolve("raw"));
        Files.createDirectories(folder.resolve("other").resolve("1"));

        assertThat(loaded(null)).isEqualTo("m/1");
    }

    @Test
    void foldersWithoutAnyModelAreNotTakenForModels() throws Exception {
        Files.createDirectories(folder.resolve("bin").resolve("a"));
        Files.createDirectories(folder.resolve("etc").resolve("b"));

        assertThat(fault(folder, null)).hasMessageContaining("holds no model")
                .extracting(ModelFault::reason)
                .isEqualTo(Reason.MISSING);
    }

    @Test
    void hiddenDirectoriesAndFilesAreNotModels() throws Exception {
        install("m", "1");
        Files.createDirectories(folder.resolve(".cache").resolve("1"));
        Files.createDirectories(folder.resolve("m").resolve(".new-2-77"));
        Files.createDirectories(folder.resolve("empty"));
        Files.writeString(folder.resolve("README.md"), "models");

        assertThat(loaded(null)).isEqualTo("m/1");
    }

    @Test
    void anUnfinishedHighestVersionIsAFaultAndNoReasonToServeAnOlderOne() throws Exception {
        install("m", "1");
        Files.createDirectories(folder.resolve("m").resolve("2"));

        assertThat(fault(folder, null).file()).isEqualTo(folder.resolve("m").resolve("2").resolve("manifest.json"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"n", "m/3", "n/1"})
    void aModelThatIsNotThereIsNamed(String wanted) throws Exception {
        install("m", "1");

        assertThat(fault(folder, wanted)).hasMessageContaining(wanted)
                .extracting(ModelFault::reason)
                .isEqualTo(Reason.MISSING);
    }

    @ParameterizedTest
    @ValueSource(strings = {"../m", "m/1/x", "", "m/", "/m", "m/.."})
    void aReferenceCannotLeaveTheTree(String wanted) throws Exception {
        install("m", "1");

        assertThat(fault(folder, wanted)).hasMessageContaining("must be NAME or NAME/VERSION");
    }

    @Test
    void aSingleModelMustBeTheOneThatIsAskedFor() throws Exception {
        install("m", "1");
        Path model = folder.resolve("m").resolve("1");

        assertThat(repository(model, "m").load().manifest().version()).isEqualTo("1");
        assertThat(repository(model, "m/1").load().manifest().version()).isEqualTo("1");
        assertThat(fault(model, "n").reason()).isEqualTo(Reason.MISSING);
    }

    @Test
    void aCopyUnderAnotherNameIsRefused() throws Exception {
        install("m", "1");
        Files.createDirectories(folder.resolve("n"));
        Files.move(folder.resolve("m").resolve("1"), folder.resolve("n").resolve("2"));
        Files.delete(folder.resolve("m"));

        assertThat(fault(folder, null)).hasMessageContaining("it says it is m/1, but its directory is n/2");
    }

    @Test
    void aKindWithoutARuntimeIsNamed() throws Exception {
        install("m", "1");
        ModelRepository none = new ModelRepository(new Settings.Models(folder, null), kind -> Optional.empty());

        assertThat(catchThrowableOfType(ModelFault.class, none::load)).hasMessageContaining("kind \"fake\"")
                .extracting(ModelFault::reason)
                .isEqualTo(Reason.UNKNOWN_KIND);
    }

    private ServedSet served(@Nullable String defaultModel, String served) throws ModelFault {
        return repository(new Settings.Models(folder, defaultModel, served)).loadServed();
    }

    private static List<String> names(ServedSet set) {
        return set.models().stream().map(model -> model.manifest().name() + "/" + model.manifest().version()).toList();
    }

    @Test
    void allOfATreeMeansEachOtherNameInItsHighestVersion() throws Exception {
        install("m", "1");
        install("m", "2");
        install("b", "9");
        install("b", "10");
        install("a", "1");

        assertThat(names(served("m/1", "all"))).containsExactly("m/1", "a/1", "b/10");
    }

    @Test
    void unlessMoreAreAskedForTheDefaultModelIsServedAlone() throws Exception {
        install("m", "1");
        install("a", "1");

        assertThat(names(repository(new Settings.Models(folder, "m")).loadServed())).containsExactly("m/1");
    }

    @Test
    void theManifestsOfWhatWouldBeServedAreKnownBeforeItIsLoaded() throws Exception {
        install("m", "1");
        install("a", "1");

        assertThat(repository(new Settings.Models(folder, "m", "all")).served())
                .extracting(found -> found.manifest().name())
                .containsExactly("m", "a");
    }

    @Test
    void aListMeansThoseBesideTheDefaultTheHighestVersionOfANameFirst() throws Exception {
        install("m", "1");
        install("m", "2");
        install("a", "1");
        install("b", "1");

        assertThat(names(served("m", "m/1,a , m/2, a/1"))).containsExactly("m/2", "a/1", "m/1");
        assertThat(names(served("a", "m/1,m"))).containsExactly("a/1", "m/2", "m/1");
        assertThat(names(served("m", "m"))).containsExactly("m/2");
    }

    @Test
    void ofAllOneThatCannotBeLoadedIsLeftOutAndToldAndOfAListItIsAFault() throws Exception {
        install("m", "1");
        install("a", "1");
        install("b", "1");
        Path broken = folder.resolve("a").resolve("1").resolve("manifest.json");
        Files.writeString(broken, "{");

        ServedSet all = served("m", "all");

        assertThat(names(all)).containsExactly("m/1", "b/1");
        assertThat(all.leftOut()).extracting(ModelFault::file).containsExactly(broken);
        assertThat(catchThrowableOfType(ModelFault.class, () -> served("m", "a")).file()).isEqualTo(broken);
        assertThat(catchThrowableOfType(ModelFault.class, () -> served("m", "c")))
                .hasMessageContaining("SERVED_MODELS");
    }

    @Test
    void aDefaultModelThatCannotBeLoadedIsAFaultWhateverElseThereIs() throws Exception {
        install("m", "1");
        install("a", "1");
        Files.writeString(folder.resolve("m").resolve("1").resolve("manifest.json"), "{");

        assertThat(catchThrowableOfType(ModelFault.class, () -> served("m", "all")).reason())
                .isEqualTo(Reason.BAD_MANIFEST);
    }

    @Test
    void beneathASingleModelThereAreNoOthers() throws Exception {
        install("m", "1");
        Path model = folder.resolve("m").resolve("1");

        assertThat(names(repository(new Settings.Models(model, null)).loadServed())).containsExactly("m/1");
        assertThat(catchThrowableOfType(ModelFault.class,
                () -> repository(new Settings.Models(model, null, "n")).loadServed())).hasMessageContaining("alone");
    }

    @Test
    void anEmptyTreeAndAMissingOneAreToldApart() {
        assertThat(fault(folder, null)).hasMessageContaining("holds no model");
        assertThat(fault(folder.resolve("none"), null))
                .hasMessageContaining("does not exist (MODEL_PATH)");
    }
}
