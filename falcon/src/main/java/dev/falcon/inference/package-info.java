/**
 * The vocabulary every room speaks: what is asked, what is answered, how it can fail, and the clock it is measured with.
 * Knows nothing but the JDK.
 */
@NullMarked
package dev.falcon.inference;

import org.jspecify.annotations.NullMarked;
