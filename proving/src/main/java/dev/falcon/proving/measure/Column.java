package dev.falcon.proving.measure;

/**
 * A figure of a chapter.
 *
 * @param key its name in the results
 * @param title its heading, unit included
 * @param decimals how many are shown
 * @param compared whether its ratio to the reference is shown
 */
record Column(String key, String title, int decimals, boolean compared) {}
