package dev.falcon.model.transformer;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The memory that one caller of an encoder at a time hands to ONNX Runtime and gets back, made once: numbers go in and come
 * out of it without being copied. For one thread at a time.
 */
final class Workspace {

    static final String OUTPUT = "last_hidden_state";

    private final TokenMemory tokens;
    private final FloatBuffer hidden;
    private final float[] token = new float[EncoderDescription.DIMENSIONS];

    /** @param maxTokens of a batch, padding included */
    Workspace(int maxTokens) {
        this.tokens = new TokenMemory(maxTokens);
        this.hidden = TokenMemory.offHeap((long) maxTokens * EncoderDescription.DIMENSIONS * Float.BYTES)
                .asFloatBuffer();
    }

    /** Bytes that one takes. */
    static long bytes(int maxTokens) {
        return TokenMemory.bytes(maxTokens) + (long) maxTokens * EncoderDescription.DIMENSIONS * Float.BYTES;
    }

    /** An embedding for each text, in their order. */
    @SuppressWarnings("try") // the result is what lies in `hidden` then
    float[][] run(OrtEnvironment environment, OrtSession session, List<TokenIds> texts) throws OrtException {
        int longest = TokenIds.longest(texts);
        int cells = texts.size() * longest;
        long[] outShape = {texts.size(), longest, EncoderDescription.DIMENSIONS};
        try (TokenMemory.Inputs inputs = tokens.fill(environment, texts, longest);
                OnnxTensor out = OnnxTensor.createTensor(environment,
                        hidden.slice(0, cells * EncoderDescription.DIMENSIONS), outShape);
                OrtSession.Result result = session.run(inputs.tensors(), Set.of(), Map.of(OUTPUT, out))) {
            return pooled(texts, longest);
        }
    }

    private float[][] pooled(List<TokenIds> texts, int longest) {
        float[][] embeddings = new float[texts.size()][];
        for (int text = 0; text < texts.size(); text++) {
            double[] sum = new double[EncoderDescription.DIMENSIONS];
            for (int i = 0; i < texts.get(text).size(); i++) {
                hidden.get((text * longest + i) * EncoderDescription.DIMENSIONS, token);
                for (int d = 0; d < sum.length; d++) {
                    sum[d] += token[d];
                }
            }
            embeddings[text] = unit(sum);
        }
        return embeddings;
    }

    /** The mean's direction is the sum's. */
    private static float[] unit(double[] sum) {
        double squares = 0;
        for (double value : sum) {
            squares += value * value;
        }
        double length = Math.sqrt(squares);
        float[] unit = new float[sum.length];
        for (int d = 0; d < unit.length; d++) {
            unit[d] = length > 0 ? (float) (sum[d] / length) : 0;
        }
        return unit;
    }
}
