/**
 * The port: accepts connections, bounds what a client may send, hold or delay, and hands whole requests to the front. It
 * owns Helidon's HTTP/1.1; no other room sees its types.
 */
@NullMarked
package dev.falcon.listener;

import org.jspecify.annotations.NullMarked;
