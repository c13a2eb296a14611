package dev.falcon.proving.measure;

import java.io.IOException;

/** What was to be measured is a running compose stack, and there is none, or not a fit one. */
final class NoStack extends IOException {

    private static final long serialVersionUID = 1;

    NoStack(String reason, IOException cause) {
        this(reason);
        initCause(cause);
    }

    NoStack(String reason) {
        super("This measures the running stack, which `make up` starts: " + reason);
    }
}
