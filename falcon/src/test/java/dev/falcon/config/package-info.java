@NullMarked
package dev.falcon.config;

import org.jspecify.annotations.NullMarked;
