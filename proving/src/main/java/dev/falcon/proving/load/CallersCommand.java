package dev.falcon.proving.load;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code proving callers}. */
@Command(name = "callers", mixinStandardHelpOptions = true,
        description = "Callers who do not care how Falcon fares: each asks for texts as long as they may be, again as soon "
                + "as it has its answer. Bounded in their number, their rate and their time.",
        footerHeading = "%nExit status:%n", footer = {"  0 done", "  2 wrong usage"})
public final class CallersCommand implements Callable<Integer> {

    private static final int CHARACTERS = 10_000;
    private static final int REFUSED = 503;
    /** Short and known to the shipped model: many tokens in few characters. */
    private static final String WORDS = " it is so bad and it is so good";

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(names = "--host", paramLabel = "HOST", defaultValue = "127.0.0.1",
            description = "Whom to ask (default: ${DEFAULT-VALUE}).") private String host = "127.0.0.1";

    @Option(names = "--port", paramLabel = "PORT", defaultValue = "80",
            description = "At which port (default: ${DEFAULT-VALUE}).") private int port;

    @Option(names = "--callers", paramLabel = "N", defaultValue = "300",
            description = "How many (default: ${DEFAULT-VALUE}).") private int callers;

    @Option(names = "--rate", paramLabel = "N", defaultValue = "600",
            description = "Requests a second of all together at most (default: ${DEFAULT-VALUE}).") private double rate;

    @Option(names = "--seconds", paramLabel = "N", defaultValue = "60",
            description = "For how long (default: ${DEFAULT-VALUE}).") private int seconds;

    @Option(names = "--model", paramLabel = "NAME",
            description = "Which model they ask (default: they name none).") private @Nullable String model;

    @Option(names = "--insist",
            description = "Ask a refused request again at once, whatever Retry-After says.") private boolean insist;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        if (port < 1 || port > 65_535 || callers < 1 || callers > 1_000 || rate <= 0 || rate > 5_000 || seconds < 1
                || seconds > 3_600) {
            spec.commandLine()
                    .getErr()
                    .println("--port is 1 to 65535, --callers 1 to 1000, --rate up to 5000, --seconds 1 to 3600.");
            return 2;
        }
        Endpoint endpoint = new Endpoint(host, port);
        LongTexts texts = new LongTexts(endpoint, model, insist);
        try (Load load = Load.start(endpoint, Load.Plan.open(callers, rate), texts)) {
            Thread.sleep(Duration.ofSeconds(seconds));
            out.printf("asked=%d endings=%s%n", load.asked(), texts.tally.endings());
        }
        return 0;
    }

    /** Each text is new, but for those that are asked again. */
    private static final class LongTexts implements Caller {
        private final Endpoint endpoint;
        private final @Nullable String model;
        private final boolean insist;
        private final Tally tally = new Tally();
        private final String name = "callers-" + UUID.randomUUID().toString().substring(0, 8) + "-";
        /** What is under way by its number, where it may have to be asked again. */
        private final ConcurrentMap<Long, byte[]> underWay = new ConcurrentHashMap<>();
        private final Queue<byte[]> refused = new ConcurrentLinkedQueue<>();

        LongTexts(Endpoint endpoint, @Nullable String model, boolean insist) {
            this.endpoint = endpoint;
            this.model = model;
            this.insist = insist;
        }

        @Override
        public byte[] request(long number) {
            byte[] again = refused.poll();
            byte[] request = again == null ? fresh(name + number) : again;
            if (insist) {
                underWay.put(number, request);
            }
            return request;
        }

        private byte[] fresh(String id) {
            StringBuilder text = new StringBuilder(CHARACTERS + WORDS.length()).append(id);
            while (text.length() < CHARACTERS) {
                text.append(WORDS);
            }
            text.setLength(CHARACTERS);
            String headers = "User-Agent: batch-import/1.0\r\nX-Request-ID: " + id + "\r\n";
            return model == null
                    ? endpoint.infer(text.toString(), headers)
                    : endpoint.infer(text.toString(), new Endpoint.Model(model), headers);
        }

        @Override
        public void ended(Ending ending, Wire.@Nullable Reply reply) {
            tally.add(ending);
            byte[] request = underWay.remove(ending.number());
            if (request != null && ending.status() == REFUSED) {
                refused.add(request);
            }
        }
    }
}
