/**
 * A worker with more asked of it than it can do, and with clients that hold connections without using them. What is
 * measured goes to a {@link dev.falcon.proving.overload.Verdict}, which is pure and tested by itself.
 */
@NullMarked
package dev.falcon.proving.overload;

import org.jspecify.annotations.NullMarked;
