/** The HTTP front: parses a request into a question, asks the journey, renders what came of it. Decides nothing else. */
@NullMarked
package dev.falcon.http;

import org.jspecify.annotations.NullMarked;
