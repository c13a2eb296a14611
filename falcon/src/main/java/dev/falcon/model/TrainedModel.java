package dev.falcon.model;

import java.util.Map;

/**
 * A model that was just trained: what to write beside each other.
 *
 * @param files content by name, beside the manifest
 */
public record TrainedModel(Manifest manifest, Map<String, byte[]> files) {}
