package dev.falcon.model.transformer;

import dev.falcon.model.Prepared;
import org.jspecify.annotations.Nullable;

/** A text as a graph takes it: its tokens, or itself. Immutable. */
final class GraphPrepared extends Prepared {

    private final Graph graph;
    private final @Nullable TokenIds tokens;
    private final @Nullable String text;

    /** @param width of the graph's rows where that is fixed, else 0: such a row costs the same however short its text */
    GraphPrepared(Graph graph, TokenIds tokens, int width) {
        super(Math.max(width, tokens.size()), tokens.truncated());
        this.graph = graph;
        this.tokens = tokens;
        this.text = null;
    }

    /** Strings are not padded, so that none costs its neighbours anything. */
    GraphPrepared(Graph graph, String text) {
        super(1);
        this.graph = graph;
        this.tokens = null;
        this.text = text;
    }

    Graph graph() {
        return graph;
    }

    /** Null where the graph takes strings. */
    @Nullable
    TokenIds tokens() {
        return tokens;
    }

    /** Null where the graph takes tokens. */
    @Nullable
    String text() {
        return text;
    }
}
