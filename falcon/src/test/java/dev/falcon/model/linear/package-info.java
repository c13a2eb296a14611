@NullMarked
package dev.falcon.model.linear;

import org.jspecify.annotations.NullMarked;
