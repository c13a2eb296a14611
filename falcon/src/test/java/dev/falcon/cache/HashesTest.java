package dev.falcon.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class HashesTest {

    private static final String MODEL = "d1";

    private final Hashes hashes = new Hashes();

    @Test
    void aKeyIsTheModelsDigestAndTheTextsSha256() {
        assertThat(hashes.key(MODEL, "abc").value()).isEqualTo("falcon:answer:d1:"
                + "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assertThat(hashes.key(MODEL, "").value()).isEqualTo("falcon:answer:d1:"
                + "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }

    @Test
    void keysAreEqualForEqualQuestionsOnly() {
        assertThat(hashes.key(MODEL, "é 🦅")).isEqualTo(hashes.key(MODEL, "é 🦅"))
                .hasSameHashCodeAs(hashes.key(MODEL, "é 🦅"))
                .isNotEqualTo(hashes.key(MODEL, "e 🦅"))
                .isNotEqualTo(hashes.key("d2", "é 🦅"));
    }

    @Test
    void manyThreadsAtOnceGetTheKeysThatOneGets() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<CacheKey>> keys = new ArrayList<>();
            for (int i = 0; i < 2000; i++) {
                String text = "text " + i % 100;
                keys.add(threads.submit(() -> hashes.key(MODEL, text)));
            }
            for (int i = 0; i < keys.size(); i++) {
                assertThat(keys.get(i).get()).isEqualTo(new Hashes().key(MODEL, "text " + i % 100));
            }
        }
    }
}
