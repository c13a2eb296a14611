@NullMarked
package dev.falcon.proving.faults;

import org.jspecify.annotations.NullMarked;
