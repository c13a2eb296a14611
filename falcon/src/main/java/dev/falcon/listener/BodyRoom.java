package dev.falcon.listener;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The part of the budget that one request's body holds, given back by {@link #close} when the request ends. It grows with
 * what has arrived, so that a length that is only announced takes nothing from others. For one thread.
 */
final class BodyRoom implements AutoCloseable {

    private static final int FIRST_BYTES = 4 * 1024;

    private final BodyBudget budget;
    private int heldBytes;

    BodyRoom(BodyBudget budget) {
        this.budget = budget;
    }

    /** Reads to the end, or up to so many bytes; null once there is no room for more. */
    byte @Nullable [] read(InputStream in, int mostBytes) throws IOException {
        byte[] bytes = new byte[0];
        int count = 0;
        while (count == bytes.length && count < mostBytes) {
            int size = (int) Math.min(mostBytes, Math.max(FIRST_BYTES, 2L * count));
            if (!hold(size)) {
                return null;
            }
            bytes = Arrays.copyOf(bytes, size);
            count += in.readNBytes(bytes, count, size - count);
        }
        return count == bytes.length ? bytes : Arrays.copyOf(bytes, count);
    }

    private boolean hold(int bytes) {
        if (!budget.take(bytes - heldBytes)) {
            return false;
        }
        heldBytes = bytes;
        return true;
    }

    @Override
    public void close() {
        budget.giveBack(heldBytes);
        heldBytes = 0;
    }
}
