/**
 * A long run of everything at once, after which nothing of the worker may have grown: samples are taken all along, and a
 * pure rule judges their trend.
 */
@NullMarked
package dev.falcon.proving.soak;

import org.jspecify.annotations.NullMarked;
