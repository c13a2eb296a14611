/**
 * Load over plain sockets. The client does as little as it can, so that on a small machine the worker is what is
 * measured; latency counts from the moment a request was due, not from when a busy client got round to it.
 */
@NullMarked
package dev.falcon.proving.load;

import org.jspecify.annotations.NullMarked;
