/** Doors of measurements into the cache, whose parts are nobody else's business. */
@NullMarked
package dev.falcon.cache;

import org.jspecify.annotations.NullMarked;
