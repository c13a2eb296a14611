@NullMarked
package dev.falcon.telemetry;

import org.jspecify.annotations.NullMarked;
