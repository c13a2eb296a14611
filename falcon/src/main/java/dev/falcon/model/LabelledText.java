package dev.falcon.model;

/**
 * One example to learn from or to be judged by.
 *
 * @param line where it starts in its file, from 1
 */
public record LabelledText(String text, String label, long line) {}
