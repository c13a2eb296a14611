package dev.falcon.model.transformer;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The memory that one caller at a time hands to ONNX Runtime and gets back, made once: numbers go in and come out of it
 * without being copied. Not heap, and none of the JVM's direct buffers, whose bound is not meant for it. For one thread at
 * a time.
 */
final class Workspace {

    static final String OUTPUT = "last_hidden_state";

    private static final int INPUTS = 3;

    private final int maxTokens;
    private final LongBuffer ids;
    private final LongBuffer mask;
    /** Of one kind all: there are no pairs of texts. */
    private final LongBuffer types;
    private final FloatBuffer hidden;
    private final float[] token = new float[EncoderDescription.DIMENSIONS];

    /** @param maxTokens of a batch, padding included */
    Workspace(int maxTokens) {
        this.maxTokens = maxTokens;
        this.ids = offHeap((long) maxTokens * Long.BYTES).asLongBuffer();
        this.mask = offHeap((long) maxTokens * Long.BYTES).asLongBuffer();
        this.types = offHeap((long) maxTokens * Long.BYTES).asLongBuffer();
        this.hidden = offHeap((long) maxTokens * EncoderDescription.DIMENSIONS * Float.BYTES).asFloatBuffer();
    }

    /** Bytes that one takes. */
    static long bytes(int maxTokens) {
        return (long) maxTokens * (INPUTS * Long.BYTES + EncoderDescription.DIMENSIONS * Float.BYTES);
    }

    private static ByteBuffer offHeap(long bytes) {
        return Arena.ofAuto().allocate(bytes, Long.BYTES * 8L).asByteBuffer().order(ByteOrder.nativeOrder());
    }

    /** An embedding for each text, in their order. */
    @SuppressWarnings("try") // the result is what lies in `hidden` then
    float[][] run(OrtEnvironment environment, OrtSession session, List<TokenIds> texts) throws OrtException {
        int longest = 0;
        for (TokenIds text : texts) {
            longest = Math.max(longest, text.size());
        }
        int cells = texts.size() * longest;
        if (cells > maxTokens) {
            throw new IllegalArgumentException(cells + " tokens, padding included, where " + maxTokens + " fit");
        }
        fill(texts, longest);
        long[] shape = {texts.size(), longest};
        long[] outShape = {texts.size(), longest, EncoderDescription.DIMENSIONS};
        try (OnnxTensor idTensor = OnnxTensor.createTensor(environment, ids.slice(0, cells), shape);
                OnnxTensor maskTensor = OnnxTensor.createTensor(environment, mask.slice(0, cells), shape);
                OnnxTensor typeTensor = OnnxTensor.createTensor(environment, types.slice(0, cells), shape);
                OnnxTensor out = OnnxTensor.createTensor(environment,
                        hidden.slice(0, cells * EncoderDescription.DIMENSIONS), outShape);
                OrtSession.Result result = session.run(
                        Map.of("input_ids", idTensor, "attention_mask", maskTensor, "token_type_ids", typeTensor),
                        Set.of(), Map.of(OUTPUT, out))) {
            return pooled(texts, longest);
        }
    }

    /** Shorter texts are padded with token 0, which the mask hides. */
    private void fill(List<TokenIds> texts, int longest) {
        for (int text = 0; text < texts.size(); text++) {
            TokenIds tokens = texts.get(text);
            for (int i = 0; i < longest; i++) {
                ids.put(text * longest + i, i < tokens.size() ? tokens.id(i) : 0);
                mask.put(text * longest + i, i < tokens.size() ? 1 : 0);
            }
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
