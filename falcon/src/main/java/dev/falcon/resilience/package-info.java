/**
 * What keeps a broken dependency from breaking requests: one guard per dependency, with a circuit breaker that only a
 * background probe reopens, and retries with jitter for work that no request waits for. Holds Resilience4j; none of its
 * types leave.
 */
@NullMarked
package dev.falcon.resilience;

import org.jspecify.annotations.NullMarked;
