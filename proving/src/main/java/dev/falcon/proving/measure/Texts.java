package dev.falcon.proving.measure;

import dev.falcon.proving.load.Caller;
import dev.falcon.proving.load.Ending;
import dev.falcon.proving.load.Endpoint;
import dev.falcon.proving.load.Tally;
import dev.falcon.proving.load.Wire;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What is asked: a sentence with a number that makes it known or fresh. */
final class Texts {

    /** How many texts are asked again and again; fewer than any cache holds. */
    static final int KNOWN = 1000;

    private static final String SENTENCE =
            "a quiet film with a strong second half, let down by a script that explains too much, number ";

    /** With its number about 14 tokens of an encoder, the two that mark its ends included. */
    private static final String BRIEF = "a quiet film with a strong second half ";

    /** The one that users get by default. */
    static final Endpoint.Model ENCODED = new Endpoint.Model("sentiment");

    private final String sentence;
    private final AtomicLong fresh;

    /** Of about 100 characters, for servers that nobody asked before. */
    Texts() {
        this(1_000_000);
    }

    /** For servers that may know what earlier runs asked: fresh texts are numbered from here. */
    Texts(long firstFresh) {
        this(SENTENCE, firstFresh);
    }

    private Texts(String sentence, long firstFresh) {
        this.sentence = sentence;
        this.fresh = new AtomicLong(firstFresh);
    }

    /** Of about 14 tokens, for servers that nobody asked before. */
    static Texts brief() {
        return new Texts(BRIEF, 1_000_000);
    }

    /** A text that nobody asked before. */
    String fresh() {
        return sentence + fresh.getAndIncrement();
    }

    static String known(int number) {
        return SENTENCE + (100_000 + number);
    }

    /** Asks the known texts in turn, from requests made beforehand. */
    Caller known(Endpoint endpoint, Tally tally) {
        List<byte[]> requests = new ArrayList<>();
        for (int i = 0; i < KNOWN; i++) {
            requests.add(endpoint.infer(known(i), ""));
        }
        return new Counting(tally) {
            @Override
            public byte[] request(long number) {
                return requests.get((int) (number % KNOWN));
            }
        };
    }

    /** Asks a text that nobody asked before, each time. */
    Caller fresh(Endpoint endpoint, Tally tally) {
        return new Counting(tally) {
            @Override
            public byte[] request(long number) {
                return endpoint.infer(fresh(), "");
            }
        };
    }

    /** Asks the encoder's model a short text that nobody asked before, each time. */
    Caller encoded(Endpoint endpoint, Tally tally) {
        return new Counting(tally) {
            @Override
            public byte[] request(long number) {
                return endpoint.infer(BRIEF + fresh.getAndIncrement(), ENCODED);
            }
        };
    }

    /** Asks a fresh text under a fresh idempotency key, each time. */
    Caller keyed(Endpoint endpoint, Tally tally) {
        return new Counting(tally) {
            @Override
            public byte[] request(long number) {
                return endpoint.infer(fresh(),
                        "Idempotency-Key: " + UUID.randomUUID() + "\r\n");
            }
        };
    }

    private abstract static class Counting implements Caller {

        private final Tally tally;

        private Counting(Tally tally) {
            this.tally = tally;
        }

        @Override
        public void ended(Ending ending, Wire.@Nullable Reply reply) {
            tally.add(ending);
        }
    }
}
