/** Whether what lies in {@code deploy/} is what a cluster would take, and what the worker means. */
@NullMarked
package dev.falcon.proving.deploy;

import org.jspecify.annotations.NullMarked;
