package dev.falcon.listener;

import dev.falcon.inference.InferenceOutcome.Failure;

/**
 * A request that the server refused before there was anything to hand on: a bad request line, bad or huge headers, bad
 * framing, or one that took too long to get that far.
 *
 * @param method as far as it could be told, else empty
 * @param path as far as it could be told, else empty
 */
public record Rejection(String method, String path, Failure failure) {}
