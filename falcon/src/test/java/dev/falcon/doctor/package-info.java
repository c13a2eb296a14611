@NullMarked
package dev.falcon.doctor;

import org.jspecify.annotations.NullMarked;
