package dev.falcon.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.inference.Patience;
import dev.falcon.store.KeyValueStore.Replacement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store promises; each implementation's test extends it. */
abstract class KeyValueStoreContract {

    private static final Duration LONG = Duration.ofMinutes(5);
    private static final Duration SHORT = Duration.ofMillis(80);

    private final Patience patience = new Patience();
    private String key = "";

    abstract KeyValueStore store();

    /** Lets this much of the store's time pass. */
    abstract void pass(Duration time) throws InterruptedException;

    @BeforeEach
    void takeAFreshKey() {
        key = "test:" + UUID.randomUUID();
    }

    @Test
    void givesBackWhatWasPutInTheOrderAsked() throws Exception {
        store().put(Map.of(key, bytes("a"), key + "2", bytes("b")), LONG, patience);
        assertThat(store().get(List.of(key + "2", key + "none", key), patience)).containsExactly(bytes("b"), null,
                bytes("a"));
    }

    @Test
    void keepsEveryByte() throws Exception {
        byte[] all = new byte[256];
        IntStream.range(0, 256).forEach(i -> all[i] = (byte) i);
        store().put(Map.of(key, all), LONG, patience);
        assertThat(value()).isEqualTo(all);
        store().put(Map.of(key, new byte[0]), LONG, patience);
        assertThat(value()).isEmpty();
    }

    @Test
    void isNotChangedThroughArraysThatTheCallerKeeps() throws Exception {
        byte[] given = bytes("abc");
        store().put(Map.of(key, given), LONG, patience);
        given[0] = 'x';
        byte[] taken = Objects.requireNonNull(value());
        assertThat(taken).isEqualTo(bytes("abc"));
        taken[1] = 'y';
        assertThat(value()).isEqualTo(bytes("abc"));
    }

    @Test
    void forgetsAfterTheTimeToLive() throws Exception {
        store().put(Map.of(key, bytes("a")), SHORT, patience);
        assertThat(value()).isNotNull();
        pass(SHORT.plusMillis(20));
        assertThat(value()).isNull();
        assertThat(store().putIfAbsent(key, bytes("b"), LONG, patience)).as("an expired value is absent").isNull();
    }

    @Test
    void putsOnlyWhereNothingIs() throws Exception {
        assertThat(store().putIfAbsent(key, bytes("first"), LONG, patience)).isNull();
        assertThat(store().putIfAbsent(key, bytes("second"), LONG, patience)).isEqualTo(bytes("first"));
        assertThat(value()).isEqualTo(bytes("first"));
    }

    @Test
    void putIfAbsentDoesNotLengthenTheLifeOfWhatIsThere() throws Exception {
        store().putIfAbsent(key, bytes("first"), SHORT, patience);
        store().putIfAbsent(key, bytes("second"), LONG, patience);
        pass(SHORT.plusMillis(20));
        assertThat(value()).isNull();
    }

    @Test
    void replacesOnlyWhatWasExpected() throws Exception {
        assertThat(replace("a", "b", LONG)).as("nothing there").isFalse();
        store().put(Map.of(key, bytes("a")), LONG, patience);
        assertThat(replace("x", "b", LONG)).isFalse();
        assertThat(value()).isEqualTo(bytes("a"));
        assertThat(replace("a", "b", SHORT)).isTrue();
        assertThat(value()).isEqualTo(bytes("b"));
        pass(SHORT.plusMillis(20));
        assertThat(value()).as("the replacement's time to live counts").isNull();
    }

    @Test
    void removesOnlyWhatWasExpected() throws Exception {
        store().put(Map.of(key, bytes("a")), LONG, patience);
        assertThat(store().remove(key, bytes("x"), patience)).isFalse();
        assertThat(value()).isEqualTo(bytes("a"));
        assertThat(store().remove(key, bytes("a"), patience)).isTrue();
        assertThat(value()).isNull();
        assertThat(store().remove(key, bytes("a"), patience)).isFalse();
    }

    @Test
    void extendsOnlyWhatWasExpected() throws Exception {
        store().put(Map.of(key, bytes("a"), key + "2", bytes("b")), SHORT, patience);
        assertThat(store().extend(Map.of(key, bytes("a"), key + "2", bytes("other"), key + "none", bytes("c")), LONG,
                patience)).containsExactly(key);
        pass(SHORT.plusMillis(20));
        assertThat(value()).isEqualTo(bytes("a"));
        assertThat(store().get(List.of(key + "2"), patience)).containsExactly((byte[]) null);
    }

    @Test
    void letsOnlyOneOfManyClaimAKey() throws Exception {
        int callers = 32;
        AtomicInteger first = new AtomicInteger();
        CountDownLatch start = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<? extends Future<?>> calls = IntStream.range(0, callers)
                    .mapToObj(i -> threads.submit(() -> {
                        start.await();
                        if (store().putIfAbsent(key, bytes("caller " + i), LONG, new Patience()) == null) {
                            first.incrementAndGet();
                        }
                        return true;
                    }))
                    .toList();
            start.countDown();
            for (Future<?> call : calls) {
                call.get();
            }
        }
        assertThat(first).hasValue(1);
    }

    private byte @Nullable [] value() throws StoreUnavailable {
        return store().get(List.of(key), patience).getFirst();
    }

    private boolean replace(String expected, String value, Duration ttl) throws StoreUnavailable {
        return store().replace(key, new Replacement(bytes(expected), bytes(value), ttl), patience);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
