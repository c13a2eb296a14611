package dev.falcon.telemetry;

/** One scrape, in the format that was asked for. */
public final class Scrape {

    private final String contentType;
    private final byte[] body;

    Scrape(String contentType, byte[] body) {
        this.contentType = contentType;
        this.body = body;
    }

    public String contentType() {
        return contentType;
    }

    /** The page; made for this reader, who may keep it. */
    public byte[] body() {
        return body;
    }
}
