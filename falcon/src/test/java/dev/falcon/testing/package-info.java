/**
 * What tests stand on: real servers started from Maven artifacts, and a proxy that breaks the way to them. Nothing here
 * leaves a process, a file or a thread behind.
 */
@NullMarked
package dev.falcon.testing;

import org.jspecify.annotations.NullMarked;
