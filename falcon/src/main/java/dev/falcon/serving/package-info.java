/**
 * The journey of a request: admit, claim, look up, predict, settle. Here the rooms below meet; the fronts above only
 * parse and render.
 */
@NullMarked
package dev.falcon.serving;

import org.jspecify.annotations.NullMarked;
