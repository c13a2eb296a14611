package dev.falcon.model;

import java.nio.file.Path;

/** Turns a model directory of one kind into its runtime. */
@FunctionalInterface
public interface ModelLoader {

    /**
     * @param directory where the manifest was found and the weights are
     * @param manifest as read from there
     * @throws ModelFault naming the file that is missing, unreadable or corrupt
     */
    ModelRuntime load(Path directory, Manifest manifest) throws ModelFault;
}
