package dev.falcon.listener;

import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What stands behind the port. Both are called on the connection's own virtual thread, may block, and must not throw.
 *
 * @param exchange answers a request whose headers have arrived; must call {@link Exchange#answer} once
 * @param rejection renders the refusal of a request that cannot be handed on
 */
public record Front(Consumer<Exchange> exchange, Function<Rejection, Reply> rejection) {}
