package dev.falcon.proving.measure;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.falcon.config.SettingsFaults;
import dev.falcon.inference.Ticker;
import dev.falcon.json.Json;
import dev.falcon.json.MalformedJson;
import dev.falcon.listener.CannotListen;
import dev.falcon.listener.Exchange;
import dev.falcon.listener.Reply;
import dev.falcon.listener.RequestBody;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The reference of what serving an encoder costs: its tokenizer and its session called in a loop by a thread for each core,
 * and nothing around them. A program of its own; its one argument is the folder that a worker unpacked encoders into. It is
 * told what to do as a request whose text is {@code ENCODER BATCH MILLISECONDS}, and answers with texts a second; where a rate
 * follows, one text at a time is computed when it is due, and the answer is how long each had to wait and to be computed. Any
 * other text it answers itself, with int8: the least that can be had over HTTP.
 */
public final class PlainLoop {

    /** The encoders, as a worker names their files. */
    static final String INT8 = "bge-small-en-v1.5-q";

    static final String FP32 = "bge-small-en-v1.5";

    private static final TokenizersLibrary LIBRARY = TokenizersLibrary.LIB;
    private static final int DIMENSIONS = 384;
    private static final int LABELS = 2;

    private final Path cache;
    private final Texts texts = Texts.brief();
    private final Map<String, Encoder> encoders = new HashMap<>();
    private final Semaphore turns = new Semaphore(Runtime.getRuntime().availableProcessors(), true);

    private PlainLoop(Path cache) {
        this.cache = cache;
    }

    /** Both may be called by many threads at once. */
    private record Encoder(long tokenizer, OrtSession session) {}

    /** Texts a second of a loop that runs elsewhere. */
    static double ask(Server loop, String encoder, int batch, Duration duration) throws IOException {
        return Double.parseDouble(loop.answer(encoder + " " + batch + " " + duration.toMillis()));
    }

    /** Has a loop elsewhere compute texts with int8 as often as that, evenly, and adds what each took to the row. */
    static void askEvenly(Server loop, double rate, Duration duration, Row row) throws IOException {
        Added added = new Added();
        for (String text : loop.answer(INT8 + " 1 " + duration.toMillis() + " " + rate).split(" ", -1)) {
            String[] micros = text.split("/", -1);
            added.ended(Long.parseLong(micros[0]) / 1e3, Long.parseLong(micros[1]) / 1e3);
        }
        added.addTo(row);
    }

    public static void main(String[] args)
            throws CannotListen, SettingsFaults, InterruptedException, IOException {
        Path cache = Path.of(args[0]);
        loadNatives(cache);
        ConstantServer.serve(new PlainLoop(cache)::answer);
    }

    @SuppressWarnings("restricted") // the worker's flags allow it
    private static void loadNatives(Path cache) throws IOException {
        Path tokenizers = found(cache, System.mapLibraryName("tokenizers"), "");
        System.load(tokenizers.toString());
        System.setProperty("onnxruntime.native.path", tokenizers.resolveSibling(".").normalize().toString());
    }

    /** A worker's name for a file says which content it has, in twelve digits before its end. */
    private static Path found(Path folder, String name, String end) throws IOException {
        Pattern named = Pattern.compile(Pattern.quote(name) + "(-[0-9a-f]{12})?" + Pattern.quote(end));
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> named.matcher(String.valueOf(file.getFileName())).matches())
                    .findFirst()
                    .orElseThrow(() -> new IOException("a worker unpacked no " + name + end + " into " + folder));
        }
    }

    private void answer(Exchange exchange) {
        String said;
        int status = 200;
        try {
            said = obey(exchange.body());
        } catch (MalformedJson | IOException | OrtException | ExecutionException e) {
            status = 500;
            said = e.toString();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            status = 500;
            said = "interrupted";
        }
        exchange.answer(new Reply(status, ConstantServer.JSON, said.getBytes(StandardCharsets.UTF_8)));
    }

    private String obey(RequestBody body)
            throws MalformedJson, IOException, OrtException, ExecutionException, InterruptedException {
        if (!(body instanceof RequestBody.Whole whole)) {
            throw new IOException("the order did not arrive: " + body);
        }
        String text = String.valueOf(Json.read(whole.bytes(), Map.class).get("text"));
        String[] words = text.split(" ", 4);
        if (!words[0].equals(INT8) && !words[0].equals(FP32)) {
            return answered(text);
        }
        Encoder encoder = encoder(words[0]);
        long millis = Long.parseLong(words[2]);
        return words.length > 3
                ? evenly(encoder, Double.parseDouble(words[3]), millis)
                : Double.toString(textsPerSecond(encoder, Integer.parseInt(words[1]), millis));
    }

    /** In its turn, of which there are as many as processors. */
    private String answered(String text) throws IOException, OrtException, InterruptedException {
        Encoder encoder = encoder(INT8);
        turns.acquire();
        try {
            return Arrays.toString(predict(encoder, List.of(text))[0]);
        } finally {
            turns.release();
        }
    }

    /** For each text that was due in that time, microseconds that it was computed, and from when it was due until then. */
    private String evenly(Encoder encoder, double rate, long millis) throws OrtException, InterruptedException {
        Ticker ticker = Ticker.system();
        StringBuilder said = new StringBuilder();
        long start = ticker.nanos();
        long count = Math.max(1, (long) (rate * millis / 1e3));
        for (long i = 0; i < count; i++) {
            long due = start + (long) (i * 1e9 / rate);
            ticker.sleep(Duration.ofNanos(Math.max(0, due - ticker.nanos())));
            long begin = ticker.nanos();
            predict(encoder, fresh(1));
            long end = ticker.nanos();
            said.append(i == 0 ? "" : " ").append((end - begin) / 1000).append('/').append((end - due) / 1000);
        }
        return said.toString();
    }

    private synchronized Encoder encoder(String name) throws IOException, OrtException {
        Encoder known = encoders.get(name);
        if (known != null) {
            return known;
        }
        long tokenizer =
                LIBRARY.createTokenizerFromString(Files.readString(found(cache, name + "-tokenizer", ".json")));
        LIBRARY.disablePadding(tokenizer);
        LIBRARY.disableTruncation(tokenizer);
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            options.addConfigEntry("session.intra_op.allow_spinning", "0");
            options.addConfigEntry("session.inter_op.allow_spinning", "0");
            Encoder loaded = new Encoder(tokenizer, OrtEnvironment.getEnvironment()
                    .createSession(found(cache, name, ".onnx").toString(), options));
            encoders.put(name, loaded);
            return loaded;
        }
    }

    /** Each caller's own rate, summed: none waits for the last batch of another. */
    private double textsPerSecond(Encoder encoder, int batch, long millis)
            throws InterruptedException, ExecutionException {
        int callers = Runtime.getRuntime().availableProcessors();
        try (ExecutorService threads = Executors.newFixedThreadPool(callers)) {
            List<Callable<Double>> loops = new ArrayList<>();
            for (int i = 0; i < callers; i++) {
                loops.add(() -> loop(encoder, batch, millis));
            }
            double sum = 0;
            for (Future<Double> loop : threads.invokeAll(loops)) {
                sum += loop.get();
            }
            return sum;
        }
    }

    private double loop(Encoder encoder, int batch, long millis) throws OrtException {
        Ticker ticker = Ticker.system();
        long start = ticker.nanos();
        long done = 0;
        long elapsed = 0;
        while (elapsed < millis * 1_000_000) {
            predict(encoder, fresh(batch));
            done += batch;
            elapsed = ticker.nanos() - start;
        }
        return done / (elapsed / 1e9);
    }

    private List<String> fresh(int count) {
        List<String> fresh = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            fresh.add(texts.fresh());
        }
        return fresh;
    }

    /** A probability for each label of each text. */
    private static double[][] predict(Encoder encoder, List<String> texts) throws OrtException {
        int batch = texts.size();
        long[][] tokens = new long[batch][];
        int longest = 0;
        for (int i = 0; i < batch; i++) {
            long encoding = LIBRARY.encode(encoder.tokenizer(), texts.get(i), true);
            tokens[i] = LIBRARY.getTokenIds(encoding);
            LIBRARY.deleteEncoding(encoding);
            longest = Math.max(longest, tokens[i].length);
        }
        long[] ids = new long[batch * longest];
        long[] mask = new long[batch * longest];
        for (int i = 0; i < batch; i++) {
            System.arraycopy(tokens[i], 0, ids, i * longest, tokens[i].length);
            Arrays.fill(mask, i * longest, i * longest + tokens[i].length, 1);
        }
        long[] shape = {batch, longest};
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OnnxTensor idTensor = OnnxTensor.createTensor(environment, LongBuffer.wrap(ids), shape);
                OnnxTensor maskTensor = OnnxTensor.createTensor(environment, LongBuffer.wrap(mask), shape);
                OnnxTensor typeTensor = OnnxTensor.createTensor(environment, LongBuffer.allocate(ids.length), shape);
                OrtSession.Result result = encoder.session()
                        .run(Map.of("input_ids", idTensor, "attention_mask", maskTensor, "token_type_ids",
                                typeTensor))) {
            // The result closes its tensors. Closed again, each would log a warning: three in a hundred of a run, and more cold.
            FloatBuffer vectors = ((OnnxTensor) result.get(0)).getFloatBuffer();
            double[][] answers = new double[batch][];
            for (int i = 0; i < batch; i++) {
                answers[i] = head(mean(vectors, i * longest, tokens[i].length));
            }
            return answers;
        }
    }

    private static float[] mean(FloatBuffer vectors, int from, int count) {
        float[] sum = new float[DIMENSIONS];
        float[] vector = new float[DIMENSIONS];
        for (int token = from; token < from + count; token++) {
            vectors.get(token * DIMENSIONS, vector);
            for (int d = 0; d < DIMENSIONS; d++) {
                sum[d] += vector[d] / count;
            }
        }
        return sum;
    }

    /** Of weights that mean nothing, which cost what others do. */
    private static double[] head(float[] embedding) {
        double[] scores = new double[LABELS];
        double sum = 0;
        for (int label = 0; label < LABELS; label++) {
            float score = 0;
            for (int d = 0; d < DIMENSIONS; d++) {
                score += embedding[d] * (d % 7 - 3 + label);
            }
            scores[label] = Math.exp(score);
            sum += scores[label];
        }
        for (int label = 0; label < LABELS; label++) {
            scores[label] /= sum;
        }
        return scores;
    }
}
