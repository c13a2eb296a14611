@NullMarked
package dev.falcon.proving.load;

import org.jspecify.annotations.NullMarked;
