package dev.falcon.model.transformer;

import dev.falcon.model.ModelFault;
import dev.falcon.model.ModelFault.Reason;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Loads the native libraries of ONNX Runtime and of the tokenizers, from where they were unpacked: left to themselves both
 * would unpack anew, one of them at each start, to wherever temporary files go, which is often mounted noexec. Once for the
 * whole JVM. Stateless.
 */
final class Natives {

    /** ONNX Runtime's own property; that it is set also tells that everything is loaded. */
    private static final String WHERE = "onnxruntime.native.path";

    private static final String ONNX = "/ai/onnxruntime/native/";
    private static final String TOKENIZERS = "/native/lib/";

    private Natives() {}

    @SuppressWarnings("restricted") // bin/falcon allows it
    static void load(CacheFolder cache) throws ModelFault {
        synchronized (Natives.class) {
            if (System.getProperty(WHERE) != null) {
                return;
            }
            Machine machine = Machine.of(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
            if (machine == null) {
                throw new ModelFault(cache.path(), Reason.NOT_UNPACKED,
                        "ONNX Runtime and the tokenizers have no native code for " + System.getProperty("os.name")
                                + " on "
                                + System.getProperty("os.arch"));
            }
            String below = "native-" + machine.onnx();
            Path onnx = cache.asInJar(ONNX + machine.onnx() + "/" + System.mapLibraryName("onnxruntime"), below);
            cache.asInJar(ONNX + machine.onnx() + "/" + System.mapLibraryName("onnxruntime4j_jni"), below);
            Path tokenizers = cache.asInJar(
                    TOKENIZERS + machine.tokenizers() + "/cpu/" + System.mapLibraryName("tokenizers"), below);
            try {
                System.load(tokenizers.toString());
            } catch (UnsatisfiedLinkError e) {
                throw new ModelFault(tokenizers, Reason.NOT_UNPACKED, "cannot be loaded: " + e.getMessage()
                        + "; is MODEL_CACHE_DIR on a file system that is mounted noexec?", e);
            }
            silence();
            System.setProperty(WHERE, String.valueOf(onnx.getParent()));
        }
    }

    /**
     * Left to itself, ONNX Runtime reports each start to its makers, keeps a database for that below the home folder, and on
     * Linux takes the command line apart by a search that overflows the stack where that is long, and the JVM dies without a
     * word. It looks into the process' environment for whether it may, which Java itself cannot change.
     */
    @SuppressWarnings("restricted") // bin/falcon allows it
    private static void silence() {
        Linker linker = Linker.nativeLinker();
        MethodHandle setenv = linker.downcallHandle(linker.defaultLookup().findOrThrow("setenv"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS,
                        ValueLayout.JAVA_INT));
        int failed;
        try (Arena arena = Arena.ofConfined()) {
            failed = (int) setenv.invokeExact(arena.allocateFrom("ORT_DISABLE_TELEMETRY"), arena.allocateFrom("1"), 1);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("setenv threw", e);
        }
        if (failed != 0) {
            throw new IllegalStateException("setenv failed, and ONNX Runtime is not to report about us");
        }
    }

    /** What the libraries call an operating system and its processor. */
    record Machine(String onnx, String tokenizers) {

        /** Null where one of the two has nothing for it. */
        static @Nullable Machine of(String os, String processor) {
            String arch = processor.toLowerCase(Locale.ROOT);
            boolean arm = arch.equals("aarch64") || arch.equals("arm64");
            boolean intel = arch.equals("amd64") || arch.equals("x86_64");
            String system = os.toLowerCase(Locale.ROOT);
            if (system.contains("linux") && (arm || intel)) {
                return arm
                        ? new Machine("linux-aarch64", "linux-aarch64")
                        : new Machine("linux-x64", "linux-x86_64");
            }
            return system.contains("mac") && arm ? new Machine("osx-aarch64", "osx-aarch64") : null;
        }
    }
}
