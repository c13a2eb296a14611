package dev.falcon.model;

import dev.falcon.config.Settings;
import dev.falcon.model.ModelFault.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the model to serve and loads it. {@code MODEL_PATH} is one model's directory or a tree {@code NAME/VERSION/} of
 * them; directories whose name starts with a dot are not looked at (a training writes its model under such a name first).
 * Stateless but for its settings: each load reads the disk anew.
 */
public final class ModelRepository {

    private final Path root;
    private final @Nullable String wanted;
    private final Function<String, Optional<ModelLoader>> loaders;

    /** @param loaders from a manifest's kind to what can load it */
    public ModelRepository(Settings.Models settings, Function<String, Optional<ModelLoader>> loaders) {
        this.root = settings.path();
        this.wanted = settings.defaultModel();
        this.loaders = loaders;
    }

    /** Loads the default model: the one named, or the only one; the highest version where none is named. */
    public LoadedModel load() throws ModelFault {
        if (!Files.isDirectory(root)) {
            throw new ModelFault(root, Reason.MISSING, "MODEL_PATH is not a directory");
        }
        return Files.exists(root.resolve(Manifest.FILE_NAME)) ? loadRoot() : loadFromTree();
    }

    private LoadedModel loadRoot() throws ModelFault {
        Manifest manifest = Manifest.read(root);
        if (wanted != null && !wanted.equals(manifest.name()) && !wanted.equals(reference(manifest))) {
            throw new ModelFault(root, Reason.MISSING,
                    "MODEL_PATH is the model " + reference(manifest) + ", but DEFAULT_MODEL asks for " + wanted);
        }
        return load(root, manifest);
    }

    private LoadedModel loadFromTree() throws ModelFault {
        String[] parts = wanted == null ? new String[0] : wanted.split("/", -1);
        if (parts.length > 2 || !Stream.of(parts).allMatch(Manifest::isName)) {
            throw new ModelFault(root, Reason.MISSING, "DEFAULT_MODEL must be NAME or NAME/VERSION, not " + wanted);
        }
        Path ofName = root.resolve(parts.length > 0 ? parts[0] : onlyName());
        Path directory = ofName.resolve(parts.length > 1 ? parts[1] : highestVersion(ofName));
        if (!Files.isDirectory(directory)) {
            throw new ModelFault(directory, Reason.MISSING, "there is no such model; DEFAULT_MODEL asks for " + wanted);
        }
        Manifest manifest = Manifest.read(directory);
        String place = root.relativize(directory).toString();
        if (!Path.of(manifest.name(), manifest.version()).toString().equals(place)) {
            throw new ModelFault(directory.resolve(Manifest.FILE_NAME), Reason.BAD_MANIFEST,
                    "it says it is " + reference(manifest) + ", but its directory is " + place);
        }
        return load(directory, manifest);
    }

    private LoadedModel load(Path directory, Manifest manifest) throws ModelFault {
        ModelLoader loader = loaders.apply(manifest.kind())
                .orElseThrow(() -> new ModelFault(directory.resolve(Manifest.FILE_NAME), Reason.UNKNOWN_KIND,
                        "kind \"" + manifest.kind() + "\" is not one that this version serves"));
        return new LoadedModel(loader.load(directory, manifest), manifest, directory);
    }

    private String onlyName() throws ModelFault {
        List<String> names = directoriesIn(root).stream().filter(name -> hasDirectories(root.resolve(name))).toList();
        if (names.isEmpty()) {
            throw new ModelFault(root, Reason.MISSING,
                    "holds no model: neither " + Manifest.FILE_NAME + " nor directories NAME/VERSION");
        }
        if (names.size() > 1) {
            throw new ModelFault(root, Reason.AMBIGUOUS,
                    "holds several models, " + String.join(", ", names) + ": set DEFAULT_MODEL to one of them");
        }
        return names.getFirst();
    }

    private String highestVersion(Path ofName) throws ModelFault {
        if (!Files.isDirectory(ofName)) {
            throw new ModelFault(ofName, Reason.MISSING, "there is no such model; DEFAULT_MODEL asks for " + wanted);
        }
        return directoriesIn(ofName).stream()
                .max(NaturalOrder.INSTANCE)
                .orElseThrow(() -> new ModelFault(ofName, Reason.MISSING, "holds no version of this model"));
    }

    private static boolean hasDirectories(Path directory) {
        try {
            return !directoriesIn(directory).isEmpty();
        } catch (ModelFault unreadable) {
            // It may well be a model: naming it makes the reason come out when it is loaded.
            return true;
        }
    }

    private static List<String> directoriesIn(Path directory) throws ModelFault {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.filter(Files::isDirectory)
                    .map(entry -> entry.getFileName().toString())
                    .filter(name -> !name.startsWith("."))
                    .sorted(NaturalOrder.INSTANCE)
                    .toList();
        } catch (IOException e) {
            throw new ModelFault(directory, Reason.NOT_READABLE, "cannot be listed (" + e + ")", e);
        }
    }

    private static String reference(Manifest manifest) {
        return manifest.name() + "/" + manifest.version();
    }
}
