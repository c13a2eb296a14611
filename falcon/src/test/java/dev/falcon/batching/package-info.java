@NullMarked
package dev.falcon.batching;

import org.jspecify.annotations.NullMarked;
