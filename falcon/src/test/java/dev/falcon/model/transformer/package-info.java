@NullMarked
package dev.falcon.model.transformer;

import org.jspecify.annotations.NullMarked;
