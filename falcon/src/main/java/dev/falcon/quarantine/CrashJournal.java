package dev.falcon.quarantine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Hashes of the texts that native code has in its hands now, in a file of {@value #BYTES} bytes that is mapped into memory:
 * the kernel keeps what was written there when the process is gone. It does not survive the machine, and need not. Setting
 * and clearing are a few stores and never wait. The file is locked while its worker runs. Safe for use by many threads.
 */
final class CrashJournal implements AutoCloseable {

    /** Far more than may compute at once; whoever finds none free goes unrecorded. */
    static final int SLOTS = 1024;
    static final int NO_SLOT = -1;

    private static final int HEADER_BYTES = 4096;
    private static final int SLOT_BYTES = 2 * Long.BYTES;
    private static final int BYTES = HEADER_BYTES + SLOTS * SLOT_BYTES;
    private static final long MAGIC = 0x46414c434f4e4a31L; // FALCONJ1

    private final FileChannel channel;
    private final MappedByteBuffer bytes;
    private final AtomicIntegerArray taken = new AtomicIntegerArray(SLOTS);
    private final List<TextHash> left;
    private final boolean faultReported;

    private CrashJournal(FileChannel channel) throws IOException {
        this.channel = channel;
        boolean known = channel.size() == BYTES;
        this.bytes = channel.map(FileChannel.MapMode.READ_WRITE, 0, BYTES);
        known &= bytes.getLong(0) == MAGIC;
        this.left = known ? texts() : List.of();
        this.faultReported = known && isFaultReported();
    }

    /**
     * Opens the journal that the last run of the worker left, or a new one, without changing what is in it.
     *
     * @throws IOException if it cannot be written, or another process has it
     */
    static CrashJournal open(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() == null) {
                throw new IOException("another process has " + file);
            }
            return new CrashJournal(channel);
        } catch (OverlappingFileLockException e) {
            channel.close();
            throw new IOException("another worker of this process has " + file, e);
        } catch (IOException | RuntimeException | Error e) {
            channel.close();
            throw e;
        }
    }

    private List<TextHash> texts() {
        List<TextHash> texts = new ArrayList<>();
        for (int slot = 0; slot < SLOTS; slot++) {
            TextHash text = new TextHash(bytes.getLong(at(slot)), bytes.getLong(at(slot) + Long.BYTES));
            if (text.first() != 0 || text.second() != 0) {
                texts.add(text);
            }
        }
        return texts;
    }

    private boolean isFaultReported() {
        long before = bytes.getLong(Long.BYTES);
        int length = Math.clamp(bytes.getInt(2 * Long.BYTES), 0, HEADER_BYTES - 3 * Long.BYTES);
        byte[] path = new byte[length];
        bytes.get(3 * Long.BYTES, path);
        return length > 0 && changed(Path.of(new String(path, StandardCharsets.UTF_8))) != before;
    }

    /** When a file was changed, in milliseconds; 0 if there is none. */
    private static long changed(Path file) {
        try {
            return Files.getLastModifiedTime(file).toMillis();
        } catch (IOException e) {
            return 0;
        }
    }

    private static int at(int slot) {
        return HEADER_BYTES + slot * SLOT_BYTES;
    }

    /** What was in flight when the last run ended. */
    List<TextHash> left() {
        return left;
    }

    /** Whether the last run left the JVM's report of a failure of native code. */
    boolean faultReported() {
        return faultReported;
    }

    /**
     * Forgets what the last run left, and begins anew.
     *
     * @param faultReport where the JVM will write its report, should native code fail
     */
    void begin(Path faultReport) {
        for (int slot = 0; slot < SLOTS; slot++) {
            clear(slot);
        }
        byte[] path = faultReport.toString().getBytes(StandardCharsets.UTF_8);
        int length = path.length <= HEADER_BYTES - 3 * Long.BYTES ? path.length : 0;
        ByteBuffer header = bytes.duplicate();
        header.putLong(MAGIC).putLong(changed(faultReport)).putInt(length).position(3 * Long.BYTES);
        header.put(path, 0, length);
    }

    /** Records a text and gives its slot, or {@link #NO_SLOT} where none is free. */
    int enter(TextHash text) {
        int first = (int) Thread.currentThread().threadId();
        for (int i = 0; i < SLOTS; i++) {
            int slot = Math.floorMod(first + i, SLOTS);
            if (taken.get(slot) == 0 && taken.compareAndSet(slot, 0, 1)) {
                bytes.putLong(at(slot), text.first());
                bytes.putLong(at(slot) + Long.BYTES, text.second());
                return slot;
            }
        }
        return NO_SLOT;
    }

    /** The text of this slot came back. */
    void leave(int slot) {
        if (slot != NO_SLOT) {
            clear(slot);
            taken.set(slot, 0);
        }
    }

    private void clear(int slot) {
        bytes.putLong(at(slot), 0);
        bytes.putLong(at(slot) + Long.BYTES, 0);
    }

    /** The process ends by itself, so nothing that is still in flight is to blame. */
    @Override
    public void close() throws IOException {
        for (int slot = 0; slot < SLOTS; slot++) {
            clear(slot);
        }
        channel.close();
    }

    /** Gives the file up as the end of the process would. */
    void abandon() throws IOException {
        channel.close();
    }
}
