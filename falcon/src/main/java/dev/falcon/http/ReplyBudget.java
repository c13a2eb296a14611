package dev.falcon.http;

import dev.falcon.inference.ErrorCode;
import dev.falcon.inference.InferenceOutcome.Failure;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * The memory that answers may hold together while they are made and sent. Connections alone do not bound it: each of them
 * may ask for as many answers as the limit, and then read them slowly. Answers that are small are counted with their
 * connection and take nothing. Safe for use by many threads.
 */
final class ReplyBudget {

    /** What the connection's own share of the heap is enough for, see {@code memory.HeapPlan}. */
    static final long SMALL_BYTES = 8 * 1024;

    private static final int SHARE_OF_HEAP = 8;

    private final int bytes;
    private final Semaphore free;

    ReplyBudget(int bytes) {
        this.bytes = bytes;
        this.free = new Semaphore(bytes);
    }

    /** An eighth of the heap. */
    static ReplyBudget of(long maxHeapBytes) {
        return new ReplyBudget((int) Math.min(maxHeapBytes / SHARE_OF_HEAP, Integer.MAX_VALUE));
    }

    int freeBytes() {
        return free.availablePermits();
    }

    /** Room for the answer of one request, none at first. */
    Room room() {
        return new Room();
    }

    /** What one answer holds of the budget, given back by {@link #close} when it is sent. For one thread. */
    final class Room implements AutoCloseable {

        private int held;

        /** Takes room for an answer of so many bytes, once; or says why there is none. Does not wait. */
        @Nullable
        Failure hold(long wanted) {
            if (wanted <= SMALL_BYTES) {
                return null;
            }
            if (wanted > bytes) {
                return Failure.of(ErrorCode.MALFORMED_REQUEST, "The answers may take " + wanted
                        + " bytes of memory, but all that are on their way have " + bytes + "; ask for fewer at once.");
            }
            if (!free.tryAcquire((int) wanted)) {
                return Failure.of(ErrorCode.OVERLOADED,
                        "As many large answers as fit into memory are worked on or being sent.");
            }
            held = (int) wanted;
            return null;
        }

        @Override
        public void close() {
            free.release(held);
            held = 0;
        }
    }
}
