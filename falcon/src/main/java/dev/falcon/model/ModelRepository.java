package dev.falcon.model;

import dev.falcon.config.Settings;
import dev.falcon.model.ModelFault.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the models to serve and loads them. {@code MODEL_PATH} is one model's directory or a tree {@code NAME/VERSION/} of
 * them; directories whose name starts with a dot are not looked at (a training writes its model under such a name first).
 * Stateless but for its settings: each load reads the disk anew.
 */
public final class ModelRepository {

    /** So that a name alone means its highest version. */
    private static final Comparator<Found> HIGHEST_FIRST =
            Comparator.comparing((Found model) -> model.manifest().name(), NaturalOrder.INSTANCE)
                    .thenComparing(model -> model.manifest().version(), NaturalOrder.INSTANCE.reversed());
    /** The shipped model that is served where a tree holds several names and none of them was asked for. */
    static final String USUAL = "sentiment";

    private final Path root;
    private final @Nullable String wanted;
    private final String served;
    private final Wording wording;
    private final Function<String, Optional<ModelLoader>> loaders;

    /**
     * How a fault speaks of what the caller gave.
     *
     * @param path what the path was given by
     * @param choice how one of several models is chosen
     * @param usual the one of several names that is meant where none is said; null: there is none
     */
    private record Wording(String path, String choice, @Nullable String usual) {}

    /** @param loaders from a manifest's kind to what can load it */
    public ModelRepository(Settings.Models settings, Function<String, Optional<ModelLoader>> loaders) {
        this(settings, new Wording("MODEL_PATH", "set DEFAULT_MODEL to one of them", USUAL), loaders);
    }

    private ModelRepository(Settings.Models settings, Wording wording,
            Function<String, Optional<ModelLoader>> loaders) {
        this.root = settings.path();
        this.wanted = settings.defaultModel();
        this.served = settings.served();
        this.wording = wording;
        this.loaders = loaders;
    }

    /** Same, of a path that an option of this name gave, whatever the settings say. */
    public static ModelRepository at(Path root, String option, Function<String, Optional<ModelLoader>> loaders) {
        return new ModelRepository(new Settings.Models(root, null),
                new Wording(option, "give " + option + " the folder of one of them, NAME/VERSION", null), loaders);
    }

    /** Loads the default model: the one named, the only one, or the usual one of several; the highest version where none is named. */
    public LoadedModel load() throws ModelFault {
        Found found = find();
        return load(found.directory(), found.manifest());
    }

    /** The manifest of the model that would be loaded. */
    public Manifest manifest() throws ModelFault {
        return find().manifest();
    }

    /** A model on disk, and its folder. */
    public record Found(Path directory, Manifest manifest) {}

    private Found find() throws ModelFault {
        if (!Files.isDirectory(root)) {
            throw new ModelFault(root, Reason.MISSING,
                    (Files.exists(root) ? "is not a directory" : "does not exist") + " (" + wording.path() + ")");
        }
        return Files.exists(root.resolve(Manifest.FILE_NAME)) ? findRoot() : findInTree();
    }

    private Found findRoot() throws ModelFault {
        Manifest manifest = Manifest.read(root);
        if (wanted != null && !wanted.equals(manifest.name()) && !wanted.equals(reference(manifest))) {
            throw new ModelFault(root, Reason.MISSING,
                    "MODEL_PATH is the model " + reference(manifest) + ", but DEFAULT_MODEL asks for " + wanted);
        }
        return new Found(root, manifest);
    }

    private Found findInTree() throws ModelFault {
        return found(directoryOf(wanted == null ? onlyName() : wanted, "DEFAULT_MODEL"));
    }

    private Path directoryOf(String reference, String setting) throws ModelFault {
        String[] parts = reference.split("/", -1);
        if (parts.length > 2 || !Stream.of(parts).allMatch(Manifest::isName)) {
            throw new ModelFault(root, Reason.MISSING, setting + " must be NAME or NAME/VERSION, not " + reference);
        }
        Path ofName = root.resolve(parts[0]);
        Path directory = parts.length > 1 || !Files.isDirectory(ofName)
                ? root.resolve(reference)
                : ofName.resolve(highestVersion(ofName));
        if (!Files.isDirectory(directory)) {
            throw new ModelFault(directory, Reason.MISSING,
                    "there is no such model; " + setting + " asks for " + reference);
        }
        return directory;
    }

    private Found found(Path directory) throws ModelFault {
        Manifest manifest = Manifest.read(directory);
        String place = root.relativize(directory).toString();
        if (!Path.of(manifest.name(), manifest.version()).toString().equals(place)) {
            throw new ModelFault(directory.resolve(Manifest.FILE_NAME), Reason.BAD_MANIFEST,
                    "it says it is " + reference(manifest) + ", but its directory is " + place);
        }
        return new Found(directory, manifest);
    }

    /**
     * Loads the default model and the others that are to be served. What the settings name must load; where they only say
     * "all", one that does not is left out, as a half-copied folder must not keep the models beside it from being served.
     */
    public ServedSet loadServed() throws ModelFault {
        Found byDefault = find();
        LoadedModel usual = load(byDefault.directory(), byDefault.manifest());
        List<LoadedModel> others = new ArrayList<>();
        List<ModelFault> leftOut = new ArrayList<>();
        for (Found other : others(byDefault, leftOut)) {
            try {
                others.add(load(other.directory(), other.manifest()));
            } catch (ModelFault fault) {
                if (!servesAll()) {
                    throw fault;
                }
                leftOut.add(fault);
            }
        }
        return new ServedSet(usual, others, leftOut);
    }

    /** What {@link #loadServed} would load, the default model first. */
    public List<Found> served() throws ModelFault {
        Found byDefault = find();
        return Stream.concat(Stream.of(byDefault), others(byDefault, new ArrayList<>()).stream()).toList();
    }

    private boolean servesAll() {
        return served.equals(Settings.Models.ALL_MODELS);
    }

    private List<Found> others(Found byDefault, List<ModelFault> leftOut) throws ModelFault {
        List<Found> others = new ArrayList<>();
        if (servesAll()) {
            for (String name : otherNames(byDefault)) {
                try {
                    others.add(found(directoryOf(name, "SERVED_MODELS")));
                } catch (ModelFault fault) {
                    leftOut.add(fault);
                }
            }
        } else if (!served.equals(Settings.Models.DEFAULT_MODEL)) {
            for (String reference : new LinkedHashSet<>(List.of(served.split(" *, *", -1)))) {
                if (!isKnown(reference, byDefault, others)) {
                    others.add(findListed(reference, byDefault));
                }
            }
        }
        others.sort(HIGHEST_FIRST);
        return others;
    }

    private Found findListed(String reference, Found byDefault) throws ModelFault {
        if (byDefault.directory().equals(root)) {
            throw new ModelFault(root, Reason.MISSING, "MODEL_PATH is the model " + reference(byDefault.manifest())
                    + " alone, but SERVED_MODELS asks for " + reference);
        }
        return found(directoryOf(reference, "SERVED_MODELS"));
    }

    /** A name alone means the default's version where it is the default's, else the highest. */
    private boolean isKnown(String reference, Found byDefault, List<Found> others) throws ModelFault {
        if (reference.equals(byDefault.manifest().name()) || reference.equals(reference(byDefault.manifest()))) {
            return true;
        }
        for (Found other : others) {
            if (reference.equals(reference(other.manifest())) || (reference.indexOf('/') < 0
                    && directoryOf(reference, "SERVED_MODELS").equals(other.directory()))) {
                return true;
            }
        }
        return false;
    }

    private List<String> otherNames(Found byDefault) throws ModelFault {
        return byDefault.directory().equals(root)
                ? List.of()
                : directoriesIn(root).stream()
                        .filter(name -> !name.equals(byDefault.manifest().name()) && holdsAModel(root.resolve(name)))
                        .toList();
    }

    private LoadedModel load(Path directory, Manifest manifest) throws ModelFault {
        ModelLoader loader = loaders.apply(manifest.kind())
                .orElseThrow(() -> new ModelFault(directory.resolve(Manifest.FILE_NAME), Reason.UNKNOWN_KIND,
                        "kind \"" + manifest.kind() + "\" is not one that this version serves"));
        return new LoadedModel(loader.load(directory, manifest), manifest, directory);
    }

    private String onlyName() throws ModelFault {
        List<String> folders = directoriesIn(root);
        List<String> names = folders.stream().filter(name -> holdsAModel(root.resolve(name))).toList();
        if (names.size() > 1 && wording.usual() != null && names.contains(wording.usual())) {
            return wording.usual();
        }
        if (names.size() > 1) {
            throw new ModelFault(root, Reason.AMBIGUOUS,
                    "holds several models, " + String.join(", ", names) + ": " + wording.choice());
        }
        if (names.isEmpty()) {
            // One that is not finished is named by what it lacks.
            names = folders.stream().filter(name -> hasDirectories(root.resolve(name))).toList();
        }
        if (names.size() != 1) {
            throw new ModelFault(root, Reason.MISSING, "holds no model: neither " + Manifest.FILE_NAME
                    + " nor directories NAME/VERSION with one");
        }
        return names.getFirst();
    }

    private static String highestVersion(Path ofName) throws ModelFault {
        return directoriesIn(ofName).stream()
                .max(NaturalOrder.INSTANCE)
                .orElseThrow(() -> new ModelFault(ofName, Reason.MISSING, "holds no version of this model"));
    }

    private static boolean holdsAModel(Path ofName) {
        try {
            return directoriesIn(ofName).stream()
                    .anyMatch(version -> Files.exists(ofName.resolve(version).resolve(Manifest.FILE_NAME)));
        } catch (ModelFault unreadable) {
            // It may well be a model, and no other one is to be served instead of it.
            return true;
        }
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
