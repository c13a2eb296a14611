/** Tests of the response cache: its tiers, its encoding, shared computations, and a shared tier that breaks. */
@NullMarked
package dev.falcon.cache;

import org.jspecify.annotations.NullMarked;
