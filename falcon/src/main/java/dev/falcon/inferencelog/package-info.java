/**
 * The record of what was answered: records are offered by requests and leave them at once, wait in a bounded buffer, and
 * are written in batches to PostgreSQL, or to SQLite on a single host. While PostgreSQL is away they wait in a spool on
 * disk. At any moment, enqueued = written + dropped + pending.
 */
@NullMarked
package dev.falcon.inferencelog;

import org.jspecify.annotations.NullMarked;
