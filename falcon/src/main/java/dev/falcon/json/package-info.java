/** The one JSON mapper: strict about what comes in, plain about what goes out. */
@NullMarked
package dev.falcon.json;

import org.jspecify.annotations.NullMarked;
