@NullMarked
package dev.falcon.model;

import org.jspecify.annotations.NullMarked;
