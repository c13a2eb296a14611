package dev.falcon.serving;

import dev.falcon.config.Settings;
import dev.falcon.quarantine.TextHash;
import dev.falcon.telemetry.Event;
import dev.falcon.telemetry.EventLog;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * A fault of native code on purpose, for drills: one text makes the C library read where no memory is, and the process ends by
 * SIGSEGV as it would by a fault of a model's own. Exists only while DEBUG_CRASH_ON_TEXT is set. Immutable.
 */
public final class CrashOnText {

    /** Below every address that a process may have, and beyond the first page, which the JVM takes for a null of its own. */
    private static final long NOWHERE = 32 * 1024;

    private final String text;

    private CrashOnText(String text) {
        this.text = text;
    }

    /** The crash that the settings ask for, said aloud, or null. */
    public static @Nullable CrashOnText of(Settings.Debug settings, EventLog log) {
        String text = settings.crashOnText();
        if (text == null) {
            return null;
        }
        log.emit(Event.DEBUG_CRASH_ON_TEXT,
                "DEBUG_CRASH_ON_TEXT is set: that text ends this worker by a fault of native code"
                        + " on purpose. To turn it off, unset DEBUG_CRASH_ON_TEXT and start the worker anew");
        return new CrashOnText(text);
    }

    /** Ends the process if this is the hash of the text, as that preparation's. */
    void meet(TextHash hash, String preparation) {
        if (hash.equals(TextHash.of(preparation, text))) {
            crash();
        }
    }

    @SuppressWarnings("restricted") // That it is unsafe is its job.
    private static void crash() {
        Linker linker = Linker.nativeLinker();
        MethodHandle strlen = linker.downcallHandle(linker.defaultLookup().findOrThrow("strlen"),
                FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.ADDRESS));
        try {
            long length = (long) strlen.invokeExact(MemorySegment.ofAddress(NOWHERE));
            throw new IllegalStateException("there is memory at " + NOWHERE + ", with a string of " + length);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("strlen cannot be called", e);
        }
    }
}
