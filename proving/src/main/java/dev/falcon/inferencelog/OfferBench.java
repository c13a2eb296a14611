package dev.falcon.inferencelog;

import dev.falcon.inference.Answer;
import dev.falcon.inference.Ticker;
import java.time.InstantSource;
import java.util.List;

/** Offers records as a request does, to a buffer that is emptied when half full. For use by one thread. */
public final class OfferBench {

    private static final int CAPACITY = 1000;
    private static final LogRecord.Origin ORIGIN = new LogRecord.Origin("request-1", "worker-1", "127.0.0.1", null);

    private final RecordStamps stamps = new RecordStamps(InstantSource.system());
    private final RecordBuffer buffer = new RecordBuffer(CAPACITY, Ticker.system(), new Books());

    /** Makes a record of an answer and hands it over; returns how many wait then. */
    public int offer(String text, Answer answer) {
        int waiting = buffer.offer(
                List.of(new LogRecord(stamps.next(), 0, ORIGIN, text, new LogRecord.Answered(answer, false, 123_456))));
        if (waiting >= CAPACITY / 2) {
            buffer.release(buffer.take(waiting).size());
        }
        return waiting;
    }
}
