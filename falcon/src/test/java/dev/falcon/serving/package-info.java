@NullMarked
package dev.falcon.serving;

import org.jspecify.annotations.NullMarked;
