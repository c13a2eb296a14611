package dev.falcon.config;

/** A value that must not be printed: {@link #toString()} hides it. */
public record Secret(String reveal) {

    @Override
    public String toString() {
        return "***";
    }
}
