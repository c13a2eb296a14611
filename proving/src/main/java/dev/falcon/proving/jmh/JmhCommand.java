package dev.falcon.proving.jmh;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code proving jmh}: the microbenchmarks, told as JMH tells them. */
@Command(name = "jmh", mixinStandardHelpOptions = true,
        description = "Runs the microbenchmarks of the parts on a request's path.")
public final class JmhCommand implements Callable<Integer> {

    @Parameters(arity = "0..1", paramLabel = "PATTERN", defaultValue = ".*",
            description = "Those whose name this regular expression finds; all by default.") private String pattern =
                    ".*";

    @Override
    public Integer call() throws IOException {
        Microbenchmarks.run(pattern, new Microbenchmarks.Plan(5, 1000, true));
        return 0;
    }
}
