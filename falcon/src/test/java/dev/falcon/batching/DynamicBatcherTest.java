package dev.falcon.batching;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.inference.Deadline;
import dev.falcon.inference.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The threads around the policy. An item is a text, its cost the length, its result the text again. */
class DynamicBatcherTest {

    private final ConcurrentLinkedQueue<List<String>> batches = new ConcurrentLinkedQueue<>();
    private final Processors processors = new Processors(1);
    private final List<DynamicBatcher<String, String>> opened = new ArrayList<>();
    private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void close() {
        clients.shutdownNow();
        opened.forEach(DynamicBatcher::close);
    }

    private DynamicBatcher<String, String> batcher(int size, Function<List<String>, List<String>> model) {
        DynamicBatcher<String, String> batcher = new DynamicBatcher<>(
                new DynamicBatcher.Plan("test", new BatchBounds(size, 1000, 2, Duration.ZERO), 100, 2), texts -> {
                    batches.add(texts);
                    return model.apply(texts);
                }, new DynamicBatcher.Seen(processors, count -> {}, Ticker.system()));
        opened.add(batcher);
        return batcher;
    }

    private static Work<String, String> work(String... texts) {
        return new Work<>(List.of(texts), String::length, Deadline.after(Duration.ofSeconds(20), Ticker.system()));
    }

    private static List<String> answers(Work<String, String> work) throws InterruptedException {
        assertThat(work.await(Duration.ofSeconds(20).toNanos())).isTrue();
        assertThat(work.failure()).isNull();
        return work.results();
    }

    @Test
    void whatComesWhileTheSlotIsTakenSharesABatch() throws Exception {
        DynamicBatcher<String, String> batcher = batcher(8, texts -> texts);
        processors.take();
        List<Work<String, String>> works = List.of(work("a1"), work("b1", "b2"), work("c1"));
        works.forEach(work -> assertThat(batcher.submit(work)).isTrue());
        processors.leave();

        assertThat(answers(works.get(0))).containsExactly("a1");
        assertThat(answers(works.get(1))).containsExactly("b1", "b2");
        assertThat(answers(works.get(2))).containsExactly("c1");
        assertThat(batches).containsExactly(List.of("a1", "b1", "b2", "c1"));
    }

    @Test
    void aWorkOfMoreThanABatchIsAnsweredFromSeveral() throws Exception {
        DynamicBatcher<String, String> batcher = batcher(2, texts -> texts);
        Work<String, String> work = work("a", "b", "c", "d", "e");
        batcher.submit(work);

        assertThat(answers(work)).containsExactly("a", "b", "c", "d", "e");
        assertThat(batches).allMatch(batch -> batch.size() <= 2);
    }

    @Test
    void aTextThatTheModelFailsOnFailsItsOwnRequestOnly() throws Exception {
        DynamicBatcher<String, String> batcher = batcher(8, texts -> {
            if (texts.contains("bad")) {
                throw new IllegalStateException("bad text");
            }
            return texts;
        });
        processors.take();
        Work<String, String> good = work("ok");
        Work<String, String> bad = work("fine", "bad");
        batcher.submit(good);
        batcher.submit(bad);
        processors.leave();

        assertThat(answers(good)).containsExactly("ok");
        assertThat(bad.await(Duration.ofSeconds(20).toNanos())).isTrue();
        assertThat(bad.failure()).hasMessage("bad text");
        Work<String, String> next = work("next");
        batcher.submit(next);
        assertThat(answers(next)).as("the threads go on").containsExactly("next");
    }

    @Test
    void aModelThatGivesAnotherNumberOfResultsFails() throws Exception {
        DynamicBatcher<String, String> batcher = batcher(8, texts -> List.of());
        Work<String, String> work = work("a");
        batcher.submit(work);

        assertThat(work.await(Duration.ofSeconds(20).toNanos())).isTrue();
        assertThat(work.failure()).hasMessage("0 results for 1 items");
    }

    @Test
    void workThatIsGivenUpWhileItWaitsIsNotRun() throws Exception {
        DynamicBatcher<String, String> batcher = batcher(8, texts -> texts);
        processors.take();
        Work<String, String> left = work("left");
        batcher.submit(left);
        left.abandon();
        Work<String, String> stays = work("stays");
        batcher.submit(stays);
        processors.leave();

        assertThat(answers(stays)).containsExactly("stays");
        assertThat(batches).containsExactly(List.of("stays"));
    }

    @Test
    void whatWaitsWhenItIsClosedFailsAndNothingMoreIsTaken() throws Exception {
        DynamicBatcher<String, String> batcher = batcher(8, texts -> texts);
        processors.take();
        Work<String, String> waits = work("waits");
        batcher.submit(waits);
        batcher.close();

        assertThat(waits.await(0)).isTrue();
        assertThat(waits.failure()).isNotNull();
        assertThat(batcher.submit(work("late"))).isFalse();
    }

    @Test
    void manyRequestsAtOnceEachGetTheirOwnAnswers() throws Exception {
        DynamicBatcher<String, String> batcher = batcher(16, texts -> texts.stream().map(text -> text + "!").toList());
        CountDownLatch go = new CountDownLatch(1);
        List<Future<List<String>>> answers = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            String[] texts = {"t" + i, "u" + i};
            answers.add(clients.submit(() -> {
                go.await();
                Work<String, String> work = work(texts);
                Awaitility.await().until(() -> batcher.submit(work));
                return answers(work);
            }));
        }
        go.countDown();

        for (int i = 0; i < 50; i++) {
            assertThat(answers.get(i).get()).containsExactly("t" + i + "!", "u" + i + "!");
        }
        assertThat(batches.stream().mapToInt(List::size).sum()).isEqualTo(100);
    }
}
