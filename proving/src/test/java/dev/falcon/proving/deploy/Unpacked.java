package dev.falcon.proving.deploy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.List;

/** What a worker unpacks into MODEL_CACHE_DIR at most: every encoder that comes with Falcon, and the native code on Linux. */
final class Unpacked {

    private static final List<String> RESOURCES = List.of("/bge-small-en-v1.5-q.onnx", "/bge-small-en-v1.5.onnx",
            "/bge-small-en-v1.5-q-tokenizer.json", "/bge-small-en-v1.5-tokenizer.json",
            "/ai/onnxruntime/native/linux-x64/libonnxruntime.so",
            "/ai/onnxruntime/native/linux-x64/libonnxruntime4j_jni.so",
            "/native/lib/linux-x86_64/cpu/libtokenizers.so");

    private Unpacked() {}

    static long bytes() {
        return RESOURCES.stream().mapToLong(Unpacked::size).sum();
    }

    private static long size(String resource) {
        URL url = Unpacked.class.getResource(resource);
        if (url == null) {
            throw new IllegalStateException("Falcon's jars do not hold " + resource);
        }
        try {
            return url.openConnection().getContentLengthLong();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
