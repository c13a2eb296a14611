package dev.falcon.model.transformer;

import dev.falcon.model.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * An encoder whose weights are in a jar of Falcon's: what identifies it, and what it costs. Immutable.
 *
 * @param name as a model's manifest names it
 * @param weights ONNX with the inputs of a BERT and the output {@code last_hidden_state}
 * @param tokenizer a Hugging Face tokenizer.json without padding and truncation
 * @param batchInvariant whether a text's embedding is the same in whatever batch; measured by a test. Numbers that are
 *        quantised as they come share one scale with all of a batch, so such an encoder's embeddings depend on it
 * @param memory what it takes at most beside the heap
 */
public record EncoderDescription(String name, PackedFile weights, PackedFile tokenizer, boolean batchInvariant,
        Memory memory) {

    /** Numbers in an embedding. */
    static final int DIMENSIONS = 384;

    /** How token vectors become one: part of what determines an embedding. */
    static final String POOLING = "mean over tokens, length 1";

    private static final long MB = 1024 * 1024;

    /**
     * Bytes beside the heap, as measured and rounded up: docs/decisions/0010.
     *
     * @param loaded by weights, libraries and vocabulary
     * @param each caller's more, for activations of texts of {@link #MEASURED_TOKENS}
     */
    record Memory(long loaded, long each) {

        /** Tokens of the longest texts that were measured. */
        static final int MEASURED_TOKENS = 256;

        /**
         * A caller's more, with texts of so many tokens: longer ones take what was measured and what theirs have more.
         *
         * @param together tokens of a batch, padding included
         */
        long each(int longest, int together) {
            return each + ACTIVATIONS.bytes(Math.max(longest, MEASURED_TOKENS), together)
                    - ACTIVATIONS.bytes(MEASURED_TOKENS, together);
        }
    }

    /** Of BGE-small's twelve heads: 13.5 MB for a text of 256 tokens and 54 MB for four, where 14 and 58 were measured. */
    private static final Activations ACTIVATIONS = Activations.of(12, DIMENSIONS);

    private static final String TOKENIZER_SHA_256 = "d241a60d5e8f04cc1b2b3e9ef7a4921b27bf526d9f6050ab90f9267a1f9e5c66";

    /** BGE-small in 8-bit integers: half the work and a fourth of the memory. */
    static final EncoderDescription BGE_SMALL_INT8 = new EncoderDescription("bge-small-en-v1.5-int8",
            new PackedFile("/bge-small-en-v1.5-q.onnx",
                    "6c9c6101a956d62dfb5e7190c538226c0c5bb9cb27b651234b6df063ee7dbfe4"),
            new PackedFile("/bge-small-en-v1.5-q-tokenizer.json", TOKENIZER_SHA_256), false,
            new Memory(140 * MB, 24 * MB));

    /** BGE-small in 32-bit floats: the same answer in whatever batch. */
    static final EncoderDescription BGE_SMALL_FP32 = new EncoderDescription("bge-small-en-v1.5-fp32",
            new PackedFile("/bge-small-en-v1.5.onnx",
                    "828e1496d7fabb79cfa4dcd84fa38625c0d3d21da474a00f08db0f559940cf35"),
            new PackedFile("/bge-small-en-v1.5-tokenizer.json", TOKENIZER_SHA_256), true,
            new Memory(260 * MB, 72 * MB));

    /** All of them, the usual one first. */
    static final List<EncoderDescription> ALL = List.of(BGE_SMALL_INT8, BGE_SMALL_FP32);

    /** The one of this name. */
    static Optional<EncoderDescription> named(String name) {
        return ALL.stream().filter(encoder -> encoder.name().equals(name)).findFirst();
    }

    /** SHA-256 (hex) of all that determines its embeddings but for the number of tokens it is let read. */
    String digest() {
        return Sha256.hex((weights.sha256() + "\n" + tokenizer.sha256() + "\n" + POOLING)
                .getBytes(StandardCharsets.UTF_8));
    }
}
