package dev.falcon.model.transformer;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import dev.falcon.model.ModelFault;
import dev.falcon.model.ModelFault.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * From text to tokens, by the Hugging Face library's native code. Called without the classes around it, which at the first
 * use look for graphics cards, start a process and ask a cloud's metadata service, and fetch eight arrays a text where one
 * is needed. Safe for use by many threads; not to be used once closed.
 */
final class WordPieces implements AutoCloseable {

    private static final TokenizersLibrary LIBRARY = TokenizersLibrary.LIB;

    private final long handle;
    private final int maxTokens;

    private WordPieces(long handle, int maxTokens) {
        this.handle = handle;
        this.maxTokens = maxTokens;
    }

    /** @param maxTokens longer texts are cut off after so many, the markers of beginning and end included */
    static WordPieces read(Path tokenizer, int maxTokens) throws ModelFault {
        try {
            long handle = LIBRARY.createTokenizerFromString(Files.readString(tokenizer));
            LIBRARY.disablePadding(handle);
            LIBRARY.disableTruncation(handle);
            return new WordPieces(handle, maxTokens);
        } catch (IOException e) {
            throw new ModelFault(tokenizer, Reason.NOT_READABLE, "cannot be read (" + e + ")", e);
        } catch (RuntimeException e) {
            throw new ModelFault(tokenizer, Reason.CORRUPT, "no tokenizer: " + e.getMessage(), e);
        }
    }

    TokenIds tokenize(String text) {
        long encoding = LIBRARY.encode(handle, text, true);
        try {
            long[] ids = LIBRARY.getTokenIds(encoding);
            return ids.length <= maxTokens
                    ? TokenIds.whole(ids)
                    : TokenIds.cut(ids, maxTokens,
                            Math.min(endMarkers(LIBRARY.getSpecialTokenMask(encoding)), maxTokens - 1));
        } finally {
            LIBRARY.deleteEncoding(encoding);
        }
    }

    /** How many tokens at the end are no text: one with BERT, none with a tokenizer that marks no end. */
    private static int endMarkers(long[] special) {
        int count = 0;
        while (count < special.length && special[special.length - 1 - count] != 0) {
            count++;
        }
        return count;
    }

    @Override
    public void close() {
        LIBRARY.deleteTokenizer(handle);
    }
}
