package dev.falcon.model.transformer;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import dev.falcon.model.ModelFault;
import dev.falcon.model.ModelFault.Reason;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A graph in memory: one session of ONNX Runtime for all of its callers, the only place that makes one. As many callers
 * compute at once as the {@link ThreadLayout} says, each with a workspace of its own; others wait in the order they came.
 * Safe for use by many threads.
 *
 * @param <W> what a caller has for itself while it computes
 */
final class SharedSession<W> {

    private static final long CLOSE_PATIENCE_SECONDS = 10;

    private final OrtSession session;
    private final ThreadLayout layout;
    private final Semaphore turns;
    private final Queue<W> workspaces = new ConcurrentLinkedQueue<>();

    private SharedSession(OrtSession session, ThreadLayout layout, Supplier<W> workspace) {
        this.session = session;
        this.layout = layout;
        this.turns = new Semaphore(layout.callers(), true);
        for (int i = 0; i < layout.callers(); i++) {
            workspaces.add(workspace.get());
        }
    }

    /** What a caller does in its turn. */
    @FunctionalInterface
    interface Turn<W, R> {
        R take(OrtEnvironment environment, OrtSession session, W workspace) throws OrtException;
    }

    /**
     * Loads a graph; {@link Natives} are loaded before.
     *
     * @param workspace makes one, called once for each caller
     */
    static <W> SharedSession<W> open(Path graph, ThreadLayout layout, Supplier<W> workspace) throws ModelFault {
        try {
            return new SharedSession<>(session(graph, layout), layout, workspace);
        } catch (OrtException e) {
            throw new ModelFault(graph, Reason.CORRUPT, "ONNX Runtime cannot load it: " + e.getMessage(), e);
        } catch (UnsatisfiedLinkError e) {
            throw new ModelFault(graph, Reason.NOT_UNPACKED, "ONNX Runtime cannot be loaded: " + e.getMessage(), e);
        }
    }

    /** A caller that waits would only spin away another one's core. Plans of memory would be kept for each length of text. */
    private static OrtSession session(Path graph, ThreadLayout layout) throws OrtException {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(layout.threadsEach());
            options.setInterOpNumThreads(1);
            options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
            options.addConfigEntry("session.intra_op.allow_spinning", "0");
            options.addConfigEntry("session.inter_op.allow_spinning", "0");
            options.setMemoryPatternOptimization(false);
            return OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, "falcon")
                    .createSession(graph.toString(), options);
        }
    }

    ThreadLayout layout() {
        return layout;
    }

    /** What the graph says of its inputs, by name. */
    Map<String, NodeInfo> inputs() {
        return run((environment, graph, workspace) -> graph.getInputInfo());
    }

    /** What the graph says of its outputs, by name. */
    Map<String, NodeInfo> outputs() {
        return run((environment, graph, workspace) -> graph.getOutputInfo());
    }

    /** @throws IllegalStateException if ONNX Runtime fails */
    <R> R run(Turn<W, R> turn) {
        turns.acquireUninterruptibly();
        W workspace = Objects.requireNonNull(workspaces.poll(), "a workspace for each turn");
        try {
            return turn.take(OrtEnvironment.getEnvironment(), session, workspace);
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime failed: " + e.getMessage(), e);
        } finally {
            workspaces.add(workspace);
            turns.release();
        }
    }

    /**
     * Frees its memory, unless someone is still at work after a while: then it stays, as taking it away would crash them.
     *
     * @param beside what else they use; closed under the same condition
     */
    void close(Runnable beside) {
        try {
            if (turns.tryAcquire(layout.callers(), CLOSE_PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                session.close();
                beside.run();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (OrtException e) {
            throw new IllegalStateException("a session cannot be closed", e);
        }
    }
}
