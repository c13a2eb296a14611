/** Tests of the room {@code memory}, on files and figures of their own. */
@NullMarked
package dev.falcon.memory;

import org.jspecify.annotations.NullMarked;
