package dev.falcon.listener;

import dev.falcon.inference.InferenceOutcome.Failure;
import java.util.List;
import java.util.function.Function;

/**
 * A request that the server refused before there was anything to hand on: a bad request line, bad or huge headers, bad
 * framing, or one that took too long to get that far.
 *
 * @param method as far as it could be told, else empty
 * @param path as far as it could be told, else empty
 * @param headers every value of a field, in the order sent; none if it was refused before its headers were whole
 */
public record Rejection(String method, String path, Function<HeaderField, List<String>> headers, Failure failure) {}
