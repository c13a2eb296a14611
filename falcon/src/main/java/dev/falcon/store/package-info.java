/** Bytes by key with a time to live: Redis or in-process, and the guard around either. */
@NullMarked
package dev.falcon.store;

import org.jspecify.annotations.NullMarked;
