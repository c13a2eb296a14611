package dev.falcon.model.transformer;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The memory in which one caller at a time hands tokens to ONNX Runtime, made once. Not heap, and none of the JVM's direct
 * buffers, whose bound is not meant for it. For one thread at a time.
 */
final class TokenMemory {

    static final String IDS = "input_ids";
    static final String MASK = "attention_mask";
    static final String TYPES = "token_type_ids";

    private static final int INPUTS = 3;

    private final int cells;
    private final LongBuffer ids;
    private final LongBuffer mask;
    /** Of one kind all: there are no pairs of texts. */
    private final LongBuffer types;

    /** @param cells tokens of a batch, padding included */
    TokenMemory(int cells) {
        this.cells = cells;
        this.ids = offHeap((long) cells * Long.BYTES).asLongBuffer();
        this.mask = offHeap((long) cells * Long.BYTES).asLongBuffer();
        this.types = offHeap((long) cells * Long.BYTES).asLongBuffer();
    }

    /** Bytes that one takes. */
    static long bytes(int cells) {
        return (long) cells * INPUTS * Long.BYTES;
    }

    static ByteBuffer offHeap(long bytes) {
        return Arena.ofAuto().allocate(bytes, Long.BYTES * 8L).asByteBuffer().order(ByteOrder.nativeOrder());
    }

    /** Tensors of a run by the name of the input, in this memory; to be closed before the next ones. */
    static final class Inputs implements AutoCloseable {

        private final Map<String, OnnxTensor> tensors = new HashMap<>();

        Map<String, OnnxTensor> tensors() {
            return tensors;
        }

        @Override
        public void close() {
            tensors.values().forEach(OnnxTensor::close);
        }
    }

    /** The tokens of the texts in rows of this width, at least their longest; of all three inputs. */
    Inputs fill(OrtEnvironment environment, List<TokenIds> texts, int width) throws OrtException {
        int used = texts.size() * width;
        if (used > cells) {
            throw new IllegalArgumentException(used + " tokens, padding included, where " + cells + " fit");
        }
        for (int text = 0; text < texts.size(); text++) {
            fillRow(texts.get(text), text * width, width);
        }
        long[] shape = {texts.size(), width};
        Inputs inputs = new Inputs();
        try {
            inputs.tensors.put(IDS, OnnxTensor.createTensor(environment, ids.slice(0, used), shape));
            inputs.tensors.put(MASK, OnnxTensor.createTensor(environment, mask.slice(0, used), shape));
            inputs.tensors.put(TYPES, OnnxTensor.createTensor(environment, types.slice(0, used), shape));
            return inputs;
        } catch (OrtException | RuntimeException | Error e) {
            inputs.close();
            throw e;
        }
    }

    /** Shorter texts are padded with token 0, which the mask hides. */
    private void fillRow(TokenIds tokens, int start, int width) {
        for (int i = 0; i < width; i++) {
            ids.put(start + i, i < tokens.size() ? tokens.id(i) : 0);
            mask.put(start + i, i < tokens.size() ? 1 : 0);
        }
    }
}
