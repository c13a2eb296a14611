package dev.falcon.cli;

import dev.falcon.Runtimes;
import dev.falcon.config.Settings;
import dev.falcon.config.SettingsFaults;
import dev.falcon.model.LoadedModel;
import dev.falcon.model.ModelFault;
import dev.falcon.model.ModelRepository;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that says which model a command uses: mixed into those that answer with one. */
final class ModelChoice {

    @Option(names = "--model", paramLabel = "DIR",
            description = "The model's directory, or a tree NAME/VERSION/ with one name (its highest version is used). "
                    + "Default: the model that `falcon serve` would serve, by MODEL_PATH and DEFAULT_MODEL.") private @Nullable Path directory;

    LoadedModel load(Shell shell) throws ModelFault, SettingsFaults {
        Settings settings = shell.settings(null);
        // Whatever it loads is needed until the command ends, and the process with it.
        Runtimes runtimes = new Runtimes(settings.encoding());
        ModelRepository repository = directory == null
                ? new ModelRepository(settings.models(), runtimes::ofKind)
                : ModelRepository.at(directory, "--model", runtimes::ofKind);
        return repository.load();
    }
}
