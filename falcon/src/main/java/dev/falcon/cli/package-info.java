/** What a person types: {@code Main}, one class for each command, and the reference page. */
@NullMarked
package dev.falcon.cli;

import org.jspecify.annotations.NullMarked;
