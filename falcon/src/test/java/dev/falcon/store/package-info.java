/** Tests of the stores: one contract for all of them, and a real Redis that breaks in every way we know. */
@NullMarked
package dev.falcon.store;

import org.jspecify.annotations.NullMarked;
