/** Tests of the inference log: its parts on a clock moved by hand, its sinks and its outages with a real PostgreSQL. */
@NullMarked
package dev.falcon.inferencelog;

import org.jspecify.annotations.NullMarked;
