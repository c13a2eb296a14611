/** Tests of the guard, its probe and the retries, on a clock moved by hand where time matters. */
@NullMarked
package dev.falcon.resilience;

import org.jspecify.annotations.NullMarked;
