/**
 * The linear kind: TF-IDF over word 1- and 2-grams with logistic regression. Training uses liblinear and ends with a
 * compact file of our own; answering is pure Java over that file and knows nothing of the library.
 */
@NullMarked
package dev.falcon.model.linear;

import org.jspecify.annotations.NullMarked;
