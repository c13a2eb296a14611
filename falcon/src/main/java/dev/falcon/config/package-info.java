/**
 * Settings: one record tree that defines each name, type, unit, default, range and meaning, and the reader that fills it
 * from the environment, reporting every fault at once and repairing nothing.
 */
@NullMarked
package dev.falcon.config;

import org.jspecify.annotations.NullMarked;
