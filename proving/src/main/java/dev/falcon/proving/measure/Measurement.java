package dev.falcon.proving.measure;

import java.io.IOException;
import java.util.List;

/** Takes the figures of one chapter. */
@FunctionalInterface
interface Measurement {

    /** All rounds of all rows; the bench is closed by the caller. */
    List<Row> take(Bench bench) throws IOException, InterruptedException;
}
