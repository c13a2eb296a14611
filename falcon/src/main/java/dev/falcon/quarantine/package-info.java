/**
 * Texts that ended a process: a journal of what is in the hands of native code, and what is refused because of it.
 */
@NullMarked
package dev.falcon.quarantine;

import org.jspecify.annotations.NullMarked;
