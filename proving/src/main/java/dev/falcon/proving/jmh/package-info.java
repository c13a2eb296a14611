/** Microbenchmarks of the parts on a request's path, one thread each. */
@NullMarked
package dev.falcon.proving.jmh;

import org.jspecify.annotations.NullMarked;
