@NullMarked
package dev.falcon.proving.overload;

import org.jspecify.annotations.NullMarked;
