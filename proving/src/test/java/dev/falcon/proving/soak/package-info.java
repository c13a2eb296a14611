@NullMarked
package dev.falcon.proving.soak;

import org.jspecify.annotations.NullMarked;
