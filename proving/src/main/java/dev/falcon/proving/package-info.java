/** What proves Falcon: a command for each proof and each measurement, run against real workers, Redis and PostgreSQL. */
@NullMarked
package dev.falcon.proving;

import org.jspecify.annotations.NullMarked;
