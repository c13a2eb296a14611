/** Tests of idempotency keys: one worker on a store of its own, and several on one real Redis. */
@NullMarked
package dev.falcon.idempotency;

import org.jspecify.annotations.NullMarked;
