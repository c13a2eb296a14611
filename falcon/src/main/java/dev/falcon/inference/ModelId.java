package dev.falcon.inference;

/**
 * A loaded model: its name, its version, and the SHA-256 (hex) of what it computes with. Two models with one digest give
 * the same answers.
 */
public record ModelId(String name, String version, String digest) {}
