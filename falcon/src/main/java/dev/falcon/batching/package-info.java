/**
 * Hands items of many requests to a model in batches: who is in the next one is decided purely, by length and in the order
 * they came; a few threads around that wait and call the model.
 */
@NullMarked
package dev.falcon.batching;

import org.jspecify.annotations.NullMarked;
