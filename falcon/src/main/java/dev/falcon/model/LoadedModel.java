package dev.falcon.model;

import java.nio.file.Path;

/** A model ready to answer, what its manifest says, and the directory it came from. */
public record LoadedModel(ModelRuntime runtime, Manifest manifest, Path directory) {}
