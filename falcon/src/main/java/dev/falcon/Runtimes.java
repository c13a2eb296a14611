package dev.falcon;

import dev.falcon.model.ModelLoader;
import dev.falcon.model.linear.LinearRuntime;
import java.util.Optional;

/** Which runtime serves which kind of model. Stateless. */
public final class Runtimes {

    private Runtimes() {}

    /** What loads models whose manifest says this kind; empty for a kind that is not served. */
    public static Optional<ModelLoader> ofKind(String kind) {
        return switch (kind) {
            case LinearRuntime.KIND -> Optional.of(LinearRuntime::load);
            default -> Optional.empty();
        };
    }
}
