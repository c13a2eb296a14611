package dev.falcon.quarantine;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;

/** The file that the JVM writes when native code fails: proof that a process was neither killed nor out of memory. Stateless. */
final class FaultReport {

    private FaultReport() {}

    /** Where that of this process would be; the JVM takes another folder where it cannot write there. */
    static Path ofThisProcess() {
        String option = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                .getVMOption("ErrorFile")
                .getValue();
        String pattern = option == null || option.isEmpty() ? "hs_err_pid%p.log" : option;
        return Path.of(pattern.replace("%p", Long.toString(ProcessHandle.current().pid()))).toAbsolutePath();
    }
}
