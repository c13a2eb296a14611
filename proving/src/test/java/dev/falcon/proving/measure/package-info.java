@NullMarked
package dev.falcon.proving.measure;

import org.jspecify.annotations.NullMarked;
