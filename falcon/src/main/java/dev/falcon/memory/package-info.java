/** How much memory this process may use, and whether the JVM's bounds and the settings fit into it. */
@NullMarked
package dev.falcon.memory;

import org.jspecify.annotations.NullMarked;
