/** Doors of proofs and measurements into the inference log, whose parts are nobody else's business. */
@NullMarked
package dev.falcon.inferencelog;

import org.jspecify.annotations.NullMarked;
