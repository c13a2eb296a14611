@NullMarked
package dev.falcon.proving.drills;

import org.jspecify.annotations.NullMarked;
