package dev.falcon.proving.drills;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Removes the stack when closed, by the thread that made it. Where this JVM is told to end, that thread is interrupted and waited
 * for, so that nothing is removed while it still starts something.
 */
final class Removal implements AutoCloseable {

    private static final long LONGEST_SECONDS = 120;

    private final Runnable remove;
    private final CountDownLatch removed = new CountDownLatch(1);

    private Removal(Runnable remove) {
        this.remove = remove;
    }

    /** Leaves it. */
    static Removal none() {
        return new Removal(() -> {});
    }

    static Removal of(Stack stack) {
        Removal removal = new Removal(() -> remove(stack));
        Thread drilling = Thread.currentThread();
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> removal.awaitAfterInterrupting(drilling), "remove-stack-at-exit"));
        return removal;
    }

    private void awaitAfterInterrupting(Thread drilling) {
        try {
            if (removed.getCount() > 0) {
                drilling.interrupt();
                if (!removed.await(LONGEST_SECONDS, TimeUnit.SECONDS)) {
                    System.err.println("The stack is still there; \"proving drill --down\" removes it");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void remove(Stack stack) {
        try {
            stack.down();
        } catch (IOException e) {
            System.err.println("The stack could not be removed: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        // What has interrupted the drill must not interrupt this.
        boolean interrupted = Thread.interrupted();
        remove.run();
        removed.countDown();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
