/** The composition root: builds every object once, and knows which runtime serves which kind of model. */
@NullMarked
package dev.falcon;

import org.jspecify.annotations.NullMarked;
