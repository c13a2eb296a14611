package dev.falcon.inference;

/**
 * One model's answer to one text.
 *
 * @param model who answered
 * @param item the text's index in the request
 * @param prediction what it said
 * @param cacheHit whether it came out of a cache, local or shared
 * @param inferenceNanos time in the runtime; 0 for a cached or replayed answer
 */
public record Answer(ModelId model, int item, Prediction prediction, boolean cacheHit, long inferenceNanos) {}
