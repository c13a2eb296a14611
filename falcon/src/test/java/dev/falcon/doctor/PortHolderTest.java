package dev.falcon.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PortHolderTest {

    private static final int LOOKS = 200;

    @TempDir private Path folder;

    /** A process whose files come and go is found as well: any server that runs is such a one. */
    @Test
    void aHolderThatClosesFilesMeanwhileIsFound() throws IOException, InterruptedException {
        Path file = Files.createFile(folder.resolve("file"));
        AtomicBoolean over = new AtomicBoolean();
        Thread busy = Thread.ofPlatform().unstarted(() -> openAndClose(file, over));
        // It leaves a lower number than the socket's to the files that come and go, so that they are looked at first.
        InputStream before = Files.newInputStream(file);
        try (ServerSocket holder = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            before.close();
            busy.start();
            for (int look = 0; look < LOOKS; look++) {
                assertThat(PortHolder.of(holder.getLocalPort()).map(PortHolder::pid))
                        .contains(ProcessHandle.current().pid());
            }
        } finally {
            over.set(true);
            busy.join();
        }
    }

    private static void openAndClose(Path file, AtomicBoolean over) {
        while (!over.get()) {
            try {
                Files.newInputStream(file).close();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
