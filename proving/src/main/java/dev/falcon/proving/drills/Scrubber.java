package dev.falcon.proving.drills;

import java.util.List;

/** Takes the contents of the files of secrets out of what is printed or written. */
record Scrubber(List<String> secrets) {

    static final String INSTEAD = "[secret]";

    String scrub(String text) {
        String scrubbed = text;
        for (String secret : secrets) {
            if (!secret.isBlank()) {
                scrubbed = scrubbed.replace(secret, INSTEAD);
            }
        }
        return scrubbed;
    }
}
