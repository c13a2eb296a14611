/**
 * The long fault run: two workers under a steady load while what they lean on is broken in every way we know, one worker
 * is killed, and a new day comes. Each fault is seen by a probe of its own before anything is concluded from it.
 */
@NullMarked
package dev.falcon.proving.faults;

import org.jspecify.annotations.NullMarked;
