/**
 * The tests that hold the house: the floor plan, the owners of libraries, the rules that class files can show and those
 * that only sources can. Each rule is a function from code to the sentences that name its faults, so that every one is
 * also seen to fail, on code seeded for that purpose.
 */
@NullMarked
package dev.falcon.house;

import org.jspecify.annotations.NullMarked;
