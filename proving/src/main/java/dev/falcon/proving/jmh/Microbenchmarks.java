package dev.falcon.proving.jmh;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs JMH, each benchmark in a JVM of its own. */
public final class Microbenchmarks {

    private static final String ALLOCATED = "gc.alloc.rate.norm";

    /**
     * How long, and how loud.
     *
     * @param iterations measured ones; half as many and at least one warm up before
     */
    public record Plan(int iterations, int iterationMillis, boolean verbose) {}

    /**
     * One benchmark's figures, a number for each measured iteration.
     *
     * @param name of its method
     * @param nanos of one operation
     * @param bytes allocated by one operation
     */
    public record Measured(String name, List<Double> nanos, List<Double> bytes) {}

    private Microbenchmarks() {}

    /** Runs all whose name the regular expression finds; there must be one. */
    public static List<Measured> run(String pattern, Plan plan) throws IOException {
        Options options = new OptionsBuilder()
                .include("dev\\.falcon\\.proving\\.jmh\\..*(" + pattern + ")")
                .forks(1)
                .warmupIterations(Math.max(1, plan.iterations() / 2))
                .warmupTime(TimeValue.milliseconds(plan.iterationMillis()))
                .measurementIterations(plan.iterations())
                .measurementTime(TimeValue.milliseconds(plan.iterationMillis()))
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(true)
                .verbosity(plan.verbose() ? VerboseMode.NORMAL : VerboseMode.SILENT)
                .build();
        try {
            return new Runner(options).run().stream().map(Microbenchmarks::measured).toList();
        } catch (RunnerException e) {
            throw new IOException("JMH: " + e.getMessage(), e);
        }
    }

    private static Measured measured(RunResult run) {
        List<Double> nanos = new ArrayList<>();
        List<Double> bytes = new ArrayList<>();
        for (BenchmarkResult fork : run.getBenchmarkResults()) {
            for (IterationResult iteration : fork.getIterationResults()) {
                nanos.add(iteration.getPrimaryResult().getScore());
                Result<?> allocated = iteration.getSecondaryResults().get(ALLOCATED);
                bytes.add(allocated == null ? Double.NaN : allocated.getScore());
            }
        }
        return new Measured(run.getPrimaryResult().getLabel(), nanos, bytes);
    }
}
