/**
 * The transformer kind: a sentence encoder, the same for any number of models, and a small trained head on top of it. The
 * encoder's weights come with Falcon and run in ONNX Runtime; head and trainer are plain Java. And the onnx kind, which shares sessions, threads and tokenizers with it: a
 * graph of the user's own.
 */
@NullMarked
package dev.falcon.model.transformer;

import org.jspecify.annotations.NullMarked;
