/**
 * Checks what a worker needs before it is started, or from beside one that misbehaves: each check gathers facts within
 * bounded time, and judges them by pure functions into one line with what to do.
 */
@NullMarked
package dev.falcon.doctor;

import org.jspecify.annotations.NullMarked;
