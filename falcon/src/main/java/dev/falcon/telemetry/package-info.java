/**
 * What can be seen of a worker from outside: the catalog of metrics with its typed meters, and the catalog of log events
 * with the log itself. No name of a metric or an event is spelled anywhere else.
 */
@NullMarked
package dev.falcon.telemetry;

import org.jspecify.annotations.NullMarked;
