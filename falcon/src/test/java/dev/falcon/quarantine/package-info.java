@NullMarked
package dev.falcon.quarantine;

import org.jspecify.annotations.NullMarked;
