/**
 * Falcon's worker seen from outside: real processes, real servers, real faults, observed through HTTP, the log, the
 * metrics, the database and the exit status.
 */
@NullMarked
package dev.falcon.worker;

import org.jspecify.annotations.NullMarked;
