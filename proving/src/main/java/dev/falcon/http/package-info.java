/** Doors of measurements into the front over HTTP, whose parts are nobody else's business. */
@NullMarked
package dev.falcon.http;

import org.jspecify.annotations.NullMarked;
