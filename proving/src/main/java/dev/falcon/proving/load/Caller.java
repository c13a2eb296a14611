package dev.falcon.proving.load;

import org.jspecify.annotations.Nullable;

/** What a load asks, and who hears of each answer; called by many threads. */
public interface Caller {

    /** The bytes of a request. */
    byte[] request(long number);

    /** One has ended, answered or not; the reply is null where there was none, or where it is not kept. */
    void ended(Ending ending, Wire.@Nullable Reply reply);
}
