package dev.falcon.batching;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.batching.Work.Ending;
import dev.falcon.inference.Deadline;
import dev.falcon.inference.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The threads around the policy. An item is a text, its cost the length, its result the text again. */
class DynamicBatcherTest {

    private final ConcurrentLinkedQueue<List<String>> batches = new ConcurrentLinkedQueue<>();
    private final Processors processors = new Processors(1, Ticker.system());
    private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void close() {
        clients.shutdownNow();
        processors.stop();
    }

    private DynamicBatcher<String, String> batcher(int size, Function<List<String>, List<String>> model) {
        return batcher(processors, size, model);
    }

    private DynamicBatcher<String, String> batcher(Processors on, int size,
            Function<List<String>, List<String>> model) {
        return batcher(on, size, Duration.ZERO, model);
    }

    private DynamicBatcher<String, String> batcher(Processors on, int size, Duration delay,
            Function<List<String>, List<String>> model) {
        return new DynamicBatcher<>(new DynamicBatcher.Plan(new BatchBounds(size, 1000, 2, delay), 100), texts -> {
            batches.add(texts);
            return model.apply(texts);
        }, new DynamicBatcher.Seen(on, count -> {}, Ticker.system()));
    }

    private static Work<String, String> work(String... texts) {
        return work(Duration.ofSeconds(20), () -> false, texts);
    }

    private static Work<String, String> work(Duration due, BooleanSupplier gone, String... texts) {
        return new Work<>(List.of(texts), String::length, Deadline.after(due, Ticker.system()), gone);
    }

    private static List<String> answers(Work<String, String> work) throws InterruptedException {
        assertThat(work.await()).isEqualTo(Ending.DONE);
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
        assertThat(bad.await()).isEqualTo(Ending.FAILED);
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

        assertThat(work.await()).isEqualTo(Ending.FAILED);
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
        batcher.stop();

        assertThat(waits.await()).isEqualTo(Ending.FAILED);
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
                Awaitility.await().until(() -> batcher.run(work) == Ending.DONE);
                return work.results();
            }));
        }
        go.countDown();

        for (int i = 0; i < 50; i++) {
            assertThat(answers.get(i).get()).containsExactly("t" + i + "!", "u" + i + "!");
        }
        assertThat(batches.stream().mapToInt(List::size).sum()).isEqualTo(100);
    }

    private static List<String> after(CountDownLatch event, List<String> texts) {
        try {
            event.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return texts;
    }

    private Future<Ending> runSoon(DynamicBatcher<String, String> batcher, Work<String, String> work) {
        return clients.submit(() -> batcher.run(work));
    }

    @Test
    void whoWaitsIsToldWhenItsDeadlinePassesAndAnEarlierOneIsNotKeptForALaterOne() throws Exception {
        DynamicBatcher<String, String> batcher = batcher(8, texts -> texts);
        processors.take();
        Future<Ending> later = runSoon(batcher, work(Duration.ofMillis(600), () -> false, "later"));
        Future<Ending> sooner = runSoon(batcher, work(Duration.ofMillis(20), () -> false, "sooner"));

        assertThat(sooner.get()).isEqualTo(Ending.LATE);
        assertThat(later.isDone()).isFalse();
        assertThat(later.get()).isEqualTo(Ending.LATE);
        processors.leave();
        assertThat(runSoon(batcher, work("next")).get()).isEqualTo(Ending.DONE);
        assertThat(batches).containsExactly(List.of("next"));
    }

    @Test
    void aDeadlineThatPassesWhileTheModelHangsIsKept() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        DynamicBatcher<String, String> batcher = batcher(8, texts -> after(goOn, texts));

        assertThat(runSoon(batcher, work(Duration.ofMillis(30), () -> false, "hangs")).get()).isEqualTo(Ending.LATE);
        goOn.countDown();
    }

    @Test
    void whoseCallerLeftIsFoundOutWhileItWaitsByWhoWaits() throws Exception {
        DynamicBatcher<String, String> batcher = batcher(8, texts -> texts);
        processors.take();
        ConcurrentLinkedQueue<Thread> looked = new ConcurrentLinkedQueue<>();
        Work<String, String> left = work(Duration.ofSeconds(20), () -> {
            looked.add(Thread.currentThread());
            return looked.size() == 2;
        }, "left");
        ConcurrentLinkedQueue<Thread> waited = new ConcurrentLinkedQueue<>();

        Future<Ending> ending = clients.submit(() -> {
            waited.add(Thread.currentThread());
            return batcher.run(left);
        });

        assertThat(ending.get()).isEqualTo(Ending.GONE);
        assertThat(looked).hasSize(2);
        assertThat(Set.copyOf(looked)).as("a socket is read by one thread at a time").isEqualTo(Set.copyOf(waited));
        processors.leave();
        assertThat(runSoon(batcher, work("next")).get()).isEqualTo(Ending.DONE);
        assertThat(batches).containsExactly(List.of("next"));
    }

    @Test
    void whatIsLeftOfALargeWorkIsNotRunOnceItsCallerLeft() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        DynamicBatcher<String, String> batcher = batcher(1, texts -> after(goOn, texts));

        Future<Ending> ending = runSoon(batcher,
                work(Duration.ofSeconds(20), () -> !batches.isEmpty(), "first", "second", "third"));

        assertThat(ending.get()).isEqualTo(Ending.GONE);
        goOn.countDown();
        assertThat(runSoon(batcher, work("next")).get()).isEqualTo(Ending.DONE);
        assertThat(batches).containsExactly(List.of("first"), List.of("next"));
    }

    @Test
    void whereADelayIsSetABatchWaitsForOthersAndIsCutInTheEnd() throws Exception {
        DynamicBatcher<String, String> batcher = batcher(processors, 8, Duration.ofMillis(700), texts -> texts);
        Work<String, String> first = work("a1");
        Work<String, String> second = work("b1");
        batcher.submit(first);
        batcher.submit(second);

        assertThat(answers(first)).containsExactly("a1");
        assertThat(answers(second)).containsExactly("b1");
        assertThat(batches).containsExactly(List.of("a1", "b1"));
    }

    @Test
    void aFullBatchWaitsForNoDelay() throws Exception {
        DynamicBatcher<String, String> batcher = batcher(processors, 2, Duration.ofHours(1), texts -> texts);
        Future<Ending> first = runSoon(batcher, work("a1"));
        Future<Ending> second = runSoon(batcher, work("b1"));

        assertThat(first.get()).isEqualTo(Ending.DONE);
        assertThat(second.get()).isEqualTo(Ending.DONE);
    }

    @Test
    void processorsThatAreFreeShareWhatWaits() throws Exception {
        Processors two = new Processors(2, Ticker.system());
        CountDownLatch both = new CountDownLatch(2);
        DynamicBatcher<String, String> batcher = batcher(two, 8, texts -> {
            both.countDown();
            return after(both, texts);
        });

        assertThat(runSoon(batcher, work("a", "b", "c", "d", "e", "f", "g", "h")).get())
                .as("one batch would wait for the other for ever")
                .isEqualTo(Ending.DONE);
        assertThat(batches).extracting(List::size).allMatch(size -> size <= 4);
        two.stop();
    }

    @Test
    void manyBatchersHaveNoMoreThreadsThanThereAreProcessors() throws Exception {
        Processors two = new Processors(2, Ticker.system());
        ConcurrentLinkedQueue<String> threads = new ConcurrentLinkedQueue<>();
        for (int i = 0; i < 20; i++) {
            Work<String, String> work = work("text");
            batcher(two, 8, texts -> {
                threads.add(Thread.currentThread().getName());
                return texts;
            }).submit(work);
            answers(work);
        }

        assertThat(threads).hasSize(20);
        assertThat(Set.copyOf(threads)).isSubsetOf("batcher-1", "batcher-2");
        two.stop();
    }
}
