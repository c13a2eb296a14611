package dev.falcon.serving;

import dev.falcon.inference.ModelId;
import dev.falcon.inference.Prediction;
import dev.falcon.model.ModelRuntime;
import dev.falcon.model.Prepared;
import dev.falcon.quarantine.Quarantine;
import dev.falcon.quarantine.Quarantine.InHand;
import dev.falcon.quarantine.TextHash;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A runtime whose native code may end the process: what it is given stands in the crash journal until it comes back. Safe for
 * use by many threads.
 */
public final class WatchedRuntime implements ModelRuntime {

    /** A text with its hash, as only that goes into the journal. */
    private static final class Watched extends Prepared {
        private final Prepared own;
        private final TextHash hash;

        private Watched(Prepared own, TextHash hash) {
            super(own.costTokens(), own.truncated());
            this.own = own;
            this.hash = hash;
        }

        @Override
        public boolean isWorked() {
            return own.isWorked();
        }
    }

    private final ModelRuntime runtime;
    private final Quarantine quarantine;
    private final @Nullable CrashOnText crash;

    private WatchedRuntime(ModelRuntime runtime, Quarantine quarantine, @Nullable CrashOnText crash) {
        this.runtime = runtime;
        this.quarantine = quarantine;
        this.crash = crash;
    }

    /** The runtime, watched where it calls native code or is to crash. */
    public static ModelRuntime of(ModelRuntime runtime, Quarantine quarantine, @Nullable CrashOnText crash) {
        return isDue(runtime, crash) ? new WatchedRuntime(runtime, quarantine, crash) : runtime;
    }

    /** Whether a runtime is watched. */
    public static boolean isDue(ModelRuntime runtime, @Nullable CrashOnText crash) {
        return runtime.callsNativeCode() || crash != null;
    }

    Quarantine quarantine() {
        return quarantine;
    }

    TextHash hash(String text) {
        return TextHash.of(runtime.preparation(), text);
    }

    @Override
    public ModelId id() {
        return runtime.id();
    }

    @Override
    public List<String> labels() {
        return runtime.labels();
    }

    @Override
    public boolean batchInvariant() {
        return runtime.batchInvariant();
    }

    @Override
    public boolean callsNativeCode() {
        return runtime.callsNativeCode();
    }

    @Override
    public String preparation() {
        return runtime.preparation();
    }

    @Override
    public Prepared prepare(String text) {
        TextHash hash = hash(text);
        InHand inHand = quarantine.enter(List.of(hash));
        try {
            return new Watched(runtime.prepare(text), hash);
        } finally {
            inHand.close();
        }
    }

    @Override
    public List<Prediction> predict(List<Prepared> texts) {
        List<Watched> watched = texts.stream().map(Watched.class::cast).toList();
        InHand inHand = quarantine.enter(watched.stream().map(text -> text.hash).toList());
        try {
            if (crash != null) {
                watched.forEach(text -> crash.meet(text.hash, runtime.preparation()));
            }
            return runtime.predict(watched.stream().map(text -> text.own).toList());
        } finally {
            inHand.close();
        }
    }

    @Override
    public float @Nullable [] embedding(Prepared text) {
        Watched watched = (Watched) text;
        InHand inHand = quarantine.enter(List.of(watched.hash));
        try {
            return runtime.embedding(watched.own);
        } finally {
            inHand.close();
        }
    }
}
