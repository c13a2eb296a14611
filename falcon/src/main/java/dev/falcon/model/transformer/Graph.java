package dev.falcon.model.transformer;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A user's graph in memory, and its tokenizer where it has one. Safe for use by many threads; closing waits for those at work. */
final class Graph implements AutoCloseable {

    private static final int REPLACEMENT = 0xFFFD;

    private final GraphSignature signature;
    private final SharedSession<TokenMemory> session;
    private final @Nullable WordPieces tokenizer;
    private final int labels;

    /**
     * @param session its workspaces hold {@link Encoder#batchTokens}; 0 where the graph takes strings
     * @param tokenizer there if the graph takes tokens
     */
    Graph(GraphSignature signature, SharedSession<TokenMemory> session, @Nullable WordPieces tokenizer, int labels) {
        this.signature = signature;
        this.session = session;
        this.tokenizer = tokenizer;
        this.labels = labels;
    }

    GraphSignature signature() {
        return signature;
    }

    GraphPrepared prepare(String text) {
        return tokenizer == null
                ? new GraphPrepared(this, asHandedOver(text))
                : new GraphPrepared(this, tokenizer.tokenize(text), signature.width());
    }

    /**
     * The library hands strings to native code in the JVM's own encoding, which is UTF-8 only for characters up to U+FFFF
     * and without U+0000. Others would arrive as bytes that no operator knows, and the usual ones refuse.
     */
    static String asHandedOver(String text) {
        return text.codePoints()
                .map(c -> c == 0 || c > Character.MAX_VALUE || Character.isSurrogate((char) c) ? REPLACEMENT : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    /**
     * A row of scores for each text, from one run.
     *
     * @throws IllegalStateException if the run fails, or its output is not of that shape
     */
    float[][] run(List<GraphPrepared> texts) {
        return session.run((environment, graph, memory) -> signature.ofTokens()
                ? runTokens(environment, graph, memory, texts)
                : runStrings(environment, graph, texts));
    }

    private float[][] runTokens(OrtEnvironment environment, OrtSession graph, TokenMemory memory,
            List<GraphPrepared> texts) throws OrtException {
        List<TokenIds> tokens = texts.stream().map(text -> Objects.requireNonNull(text.tokens())).toList();
        int width = Math.max(Math.max(1, signature.width()), TokenIds.longest(tokens));
        try (TokenMemory.Inputs inputs = memory.fill(environment, tokens, width)) {
            Map<String, OnnxTensor> taken = new HashMap<>(inputs.tensors());
            taken.keySet().retainAll(signature.inputs());
            return run(graph, taken, texts.size());
        }
    }

    private float[][] runStrings(OrtEnvironment environment, OrtSession graph, List<GraphPrepared> texts)
            throws OrtException {
        String[] strings = texts.stream().map(text -> Objects.requireNonNull(text.text())).toArray(String[]::new);
        long[] shape = signature.width() == 0 ? new long[]{strings.length} : new long[]{strings.length, 1};
        try (OnnxTensor tensor = OnnxTensor.createTensor(environment, strings, shape)) {
            return run(graph, Map.of(signature.inputs().iterator().next(), tensor), strings.length);
        }
    }

    private float[][] run(OrtSession graph, Map<String, OnnxTensor> inputs, int texts) throws OrtException {
        try (OrtSession.Result result = graph.run(inputs, Set.of(signature.output()))) {
            OnnxValue value = result.get(0);
            long[] expected = {texts, signature.columns()};
            if (!(value instanceof OnnxTensor tensor) || !Arrays.equals(tensor.getInfo().getShape(), expected)) {
                throw new IllegalStateException("the output \"" + signature.output() + "\" has the shape "
                        + (value instanceof OnnxTensor tensor ? Arrays.toString(tensor.getInfo().getShape())
                                : "of no tensor")
                        + " where " + Arrays.toString(expected) + " was expected, for " + texts + " texts and " + labels
                        + " labels");
            }
            float[][] rows = new float[texts][signature.columns()];
            FloatBuffer numbers = tensor.getFloatBuffer();
            for (float[] row : rows) {
                numbers.get(row);
            }
            return rows;
        }
    }

    @Override
    public void close() {
        session.close(this::closeTokenizer);
    }

    private void closeTokenizer() {
        if (tokenizer != null) {
            tokenizer.close();
        }
    }
}
