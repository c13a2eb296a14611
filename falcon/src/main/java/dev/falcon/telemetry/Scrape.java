package dev.falcon.telemetry;

/** One scrape, in the format that was asked for. The bytes are owned by the reader. */
public record Scrape(String contentType, byte[] body) {
}
