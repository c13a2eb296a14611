package dev.falcon.proving.measure;

import dev.falcon.proving.load.Endpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A running container of this machine's own Docker engine, as {@link #FORMAT} tells of it.
 *
 * @param network the one network that it is in
 * @param cpuset the processors that it may use, empty where Docker does not bound them
 */
record Container(String name, long pid, String network, String address, String cpuset, String image) {

    /** For {@code docker inspect --format}; the network comes last because there may be none. */
    static final String FORMAT = "{{.Name}}|{{.State.Running}}|{{.State.Pid}}|{{.HostConfig.CpusetCpus}}"
            + "|{{.Config.Image}}|{{range $name, $at := .NetworkSettings.Networks}}{{$name}} {{$at.IPAddress}} {{end}}";

    private static final Path CONTROL_GROUPS = Path.of("/sys/fs/cgroup");

    /** From one line; throws where the container does not run, or is in no network or in several. */
    static Container parse(String line) throws IOException {
        String[] fields = line.strip().split("\\|", -1);
        if (fields.length != 6) {
            throw new IOException("docker inspect said: " + line);
        }
        String name = fields[0].substring(1);
        String[] network = fields[5].strip().split(" ", -1);
        if (!fields[1].equals("true")) {
            throw new IOException(name + " does not run");
        }
        if (network.length != 2) {
            throw new IOException(name + " is not in one network: " + fields[5]);
        }
        return new Container(name, Long.parseLong(fields[2]), network[0], network[1], fields[3], fields[4]);
    }

    Endpoint at(int port) {
        return new Endpoint(address, port);
    }

    /** CPU time of all its processes, those that ended too, since its start. */
    long cpuNanos() throws IOException {
        String groups = Files.readString(Path.of("/proc", Long.toString(pid), "cgroup"));
        for (String file : accounts(groups)) {
            Path path = CONTROL_GROUPS.resolve(file);
            if (Files.exists(path)) {
                return nanos(Files.readString(path));
            }
        }
        throw new IOException(
                "no CPU account of " + name + " in " + CONTROL_GROUPS + ", looked for " + accounts(groups));
    }

    /** Where the account may be, from the text of {@code /proc/PID/cgroup}: that of version 1 if it is there, and of 2. */
    static List<String> accounts(String groups) {
        String first = "";
        String second = "";
        for (String line : groups.lines().toList()) {
            String[] fields = line.split(":", 3);
            if (List.of(fields[1].split(",", -1)).contains("cpuacct")) {
                first = "cpuacct" + fields[2] + "/cpuacct.usage";
            } else if (fields[0].equals("0")) {
                second = fields[2].substring(1) + "/cpu.stat";
            }
        }
        return first.isEmpty() ? List.of(second) : List.of(first, second);
    }

    /** From the text of either: one number of nanoseconds, or lines of which one is {@code usage_usec N}. */
    static long nanos(String account) {
        return account.lines()
                .filter(line -> line.startsWith("usage_usec "))
                .findFirst()
                .map(line -> Long.parseLong(line.substring("usage_usec ".length())) * 1_000)
                .orElseGet(() -> Long.parseLong(account.strip()));
    }
}
