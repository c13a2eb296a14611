/** What the system tells of a process from outside: memory, time on the processor, threads, open files. */
@NullMarked
package dev.falcon.proving.seen;

import org.jspecify.annotations.NullMarked;
