@NullMarked
package dev.falcon.json;

import org.jspecify.annotations.NullMarked;
