package dev.falcon.proving.measure;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/**
 * Looks at what another JVM on this machine uses, from outside. Allocation is the JVM's own count of what its threads
 * took, which needs no collection and counts virtual threads through those that carry them. Used by one thread.
 */
public final class UsageMeter implements AutoCloseable {

    /** Linux reports CPU time in hundredths of a second, on every architecture that Falcon runs on. */
    private static final long NANOS_A_TICK = 10_000_000;

    private static final int USER_TICKS = 11;
    private static final int KERNEL_TICKS = 12;

    private final long pid;
    private final JMXConnector connector;
    private final MBeanServerConnection connection;
    private final ObjectName threads;

    private UsageMeter(long pid, JMXConnector connector) throws IOException, JMException {
        this.pid = pid;
        this.connector = connector;
        this.connection = connector.getMBeanServerConnection();
        this.threads = new ObjectName("java.lang:type=Threading");
    }

    /** Attaches to a JVM of the same user. */
    @SuppressWarnings("BanJNDI") // the other side is a process that this one started, over the loopback
    public static UsageMeter of(long pid) throws IOException {
        try {
            VirtualMachine machine = VirtualMachine.attach(Long.toString(pid));
            String address = machine.startLocalManagementAgent();
            machine.detach();
            return new UsageMeter(pid, JMXConnectorFactory.connect(new JMXServiceURL(address)));
        } catch (AttachNotSupportedException | JMException e) {
            throw new IOException("cannot look into process " + pid, e);
        }
    }

    /** As of now. */
    public Usage now() throws IOException {
        try {
            // Both from one moment, as well as can be: the look itself costs a little of either.
            long allocated = (Long) connection.getAttribute(threads, "TotalThreadAllocatedBytes");
            return new Usage(cpuNanosOf(pid), allocated);
        } catch (JMException e) {
            throw new IOException("the JVM does not tell what it allocates", e);
        }
    }

    /** CPU time of any process since its start, in nanoseconds. */
    static long cpuNanosOf(long pid) throws IOException {
        return cpuNanos(Files.readString(Path.of("/proc", Long.toString(pid), "stat")));
    }

    /** CPU time that the JVM's compilers have had of it, as far as their threads still live. */
    long compilerNanos() throws IOException {
        return compilerNanosOf(pid);
    }

    /** The same of any JVM. */
    static long compilerNanosOf(long pid) throws IOException {
        long nanos = 0;
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "task"))) {
            for (Path task : tasks) {
                nanos += compilerNanos(task);
            }
        }
        return nanos;
    }

    private static long compilerNanos(Path task) {
        try {
            boolean compiles = Files.readString(task.resolve("comm")).matches("C[12] Compiler.*\\s*");
            return compiles ? cpuNanos(Files.readString(task.resolve("stat"))) : 0;
        } catch (IOException e) {
            // It has ended in between, as idle ones do.
            return 0;
        }
    }

    /** User and kernel time from the text of {@code /proc/PID/stat}; the name in brackets may hold anything. */
    static long cpuNanos(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[USER_TICKS]) + Long.parseLong(fields[KERNEL_TICKS])) * NANOS_A_TICK;
    }

    @Override
    public void close() {
        try {
            connector.close();
        } catch (IOException e) {
            // The other process is gone.
            return;
        }
    }
}
