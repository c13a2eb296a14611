/** Answers kept for equal questions: a tier in the worker in front of one that all workers share. */
@NullMarked
package dev.falcon.cache;

import org.jspecify.annotations.NullMarked;
