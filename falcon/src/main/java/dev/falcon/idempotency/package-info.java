/** One answer for one idempotency key: claim, replay, conflict, and the lease that outlives no worker by much. */
@NullMarked
package dev.falcon.idempotency;

import org.jspecify.annotations.NullMarked;
