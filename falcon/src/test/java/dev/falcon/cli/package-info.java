@NullMarked
package dev.falcon.cli;

import org.jspecify.annotations.NullMarked;
