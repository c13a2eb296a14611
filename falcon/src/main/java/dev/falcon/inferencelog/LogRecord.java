package dev.falcon.inferencelog;

import dev.falcon.inference.Answer;
import dev.falcon.inference.ErrorCode;
import dev.falcon.inference.ModelId;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What became of one text of one request. Cheap to make on the request's thread: hashes and JSON are made later, by the
 * writer. Immutable.
 *
 * @param stamp shared by all records of one request and model; see {@link RecordStamps}
 * @param item the text's index in the request
 * @param origin who asked, and which worker answered
 * @param text the text itself; stored only where settings say so, else its hash and length are
 * @param ending the answer or the error
 */
public record LogRecord(Stamp stamp, int item, Origin origin, String text, Ending ending) {

    /**
     * Identity and time.
     *
     * @param id a UUIDv7 whose time is {@code createdAt}
     * @param createdAt in whole microseconds, as the database keeps it
     */
    public record Stamp(UUID id, Instant createdAt) {}

    /**
     * Where a request came from and who worked on it.
     *
     * @param idempotencyKey as the caller gave it; only its hash is stored
     */
    public record Origin(String requestId, String workerId, @Nullable String clientIp,
            @Nullable String idempotencyKey) {}

    /** How it ended. Times run from the request's arrival to its end. */
    public sealed interface Ending {

        long processingNanos();
    }

    /** A 200, computed, cached or replayed. */
    public record Answered(Answer answer, boolean idempotencyHit, long processingNanos) implements Ending {}

    /**
     * A 500 or 504 after admission.
     *
     * @param model the model it was meant for, where known
     * @param message for operators; holds nothing of the text
     */
    public record Failed(@Nullable ModelId model, ErrorCode error, @Nullable String message,
            long processingNanos) implements Ending {}
}
