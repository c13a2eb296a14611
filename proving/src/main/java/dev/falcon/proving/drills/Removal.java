package dev.falcon.proving.drills;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;

/** Removes the stack when closed, and with this JVM, however it is ended. Safe for use by many threads. */
interface Removal extends AutoCloseable {

    /** Leaves it. */
    Removal NONE = () -> {};

    @Override
    void close();

    static Removal of(Stack stack) {
        AtomicBoolean removed = new AtomicBoolean();
        Runnable remove = () -> {
            if (!removed.getAndSet(true)) {
                remove(stack);
            }
        };
        Runtime.getRuntime().addShutdownHook(new Thread(remove, "remove-stack-at-exit"));
        return remove::run;
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
}
