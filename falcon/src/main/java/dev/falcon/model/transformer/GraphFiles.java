package dev.falcon.model.transformer;

import dev.falcon.model.Manifest;
import dev.falcon.model.ModelFault;
import dev.falcon.model.ModelFault.Reason;
import dev.falcon.model.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What an ONNX model consists of beside its manifest. The digest is the SHA-256 of {@code model.onnx}, with
 * {@code tokenizer.json} behind it where there is one: {@code cat model.onnx tokenizer.json | sha256sum}.
 *
 * @param tokenizer null where the graph takes texts themselves
 */
record GraphFiles(Path graph, @Nullable Path tokenizer) {

    static final String GRAPH = "model.onnx";
    static final String TOKENIZER = "tokenizer.json";

    /** Of what a graph file can hold, as protobuf counts in 31 bits. */
    private static final long MAX_GRAPH_BYTES = Integer.MAX_VALUE;
    private static final long MAX_TOKENIZER_BYTES = 64L << 20;

    /** What may lie beside: texts for people and what exporters write for other programs. Hidden files are passed over. */
    private static final List<String> HARMLESS = List.of(".json", ".md", ".txt");

    /** The files of a model's directory, whatever they hold. */
    static GraphFiles in(Path directory) {
        Path tokenizer = directory.resolve(TOKENIZER);
        return new GraphFiles(directory.resolve(GRAPH), Files.exists(tokenizer) ? tokenizer : null);
    }

    /** The files, read once and found to be what the manifest names. */
    static GraphFiles verified(Path directory, Manifest manifest) throws ModelFault {
        GraphFiles files = in(directory);
        try {
            bounded(files.graph, MAX_GRAPH_BYTES);
            if (files.tokenizer != null) {
                bounded(files.tokenizer, MAX_TOKENIZER_BYTES);
            }
            Optional<Path> stray = stray(directory);
            if (stray.isPresent()) {
                throw new ModelFault(stray.get(), Reason.WRONG_GRAPH, "lies beside " + GRAPH
                        + ", and the digest does not cover it; export the graph with its weights inside, or take it away");
            }
            String digest = Sha256.ofFiles(files.all());
            if (!digest.equals(manifest.digest())) {
                throw new ModelFault(files.graph, Reason.DIGEST_MISMATCH, "its SHA-256"
                        + (files.tokenizer == null ? "" : ", with " + TOKENIZER + " behind it,") + " is " + digest
                        + ", but the manifest expects " + manifest.digest());
            }
            return files;
        } catch (NoSuchFileException e) {
            throw new ModelFault(files.graph, Reason.MISSING, "there is no such file", e);
        } catch (IOException e) {
            throw new ModelFault(files.graph, Reason.NOT_READABLE, "cannot be read (" + e + ")", e);
        }
    }

    private List<Path> all() {
        return tokenizer == null ? List.of(graph) : List.of(graph, tokenizer);
    }

    /** A file of weights that the graph would read without anybody having verified it. */
    private static Optional<Path> stray(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.filter(entry -> !isKnown(entry.getFileName().toString())).sorted().findFirst();
        }
    }

    private static boolean isKnown(String name) {
        return name.equals(GRAPH) || name.startsWith(".") || HARMLESS.stream().anyMatch(name::endsWith);
    }

    private static void bounded(Path file, long most) throws IOException, ModelFault {
        long size = Files.size(file);
        if (size > most) {
            throw new ModelFault(file, Reason.CORRUPT, "has " + size + " bytes, more than " + most);
        }
    }

    /** Bytes of the graph on disk; 0 where it cannot be told, which loading will say. */
    static long size(@Nullable Path file) {
        try {
            return file == null ? 0 : Files.size(file);
        } catch (IOException e) {
            return 0;
        }
    }
}
