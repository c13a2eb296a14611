/**
 * What a worker costs: measurements, each beside a reference taken in the same run, in rounds that take turns, so that a
 * busy minute of the machine hits all of them. Raw figures of every round are kept; the page is rendered from them.
 */
@NullMarked
package dev.falcon.proving.measure;

import org.jspecify.annotations.NullMarked;
