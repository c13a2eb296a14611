/**
 * Drills: the incidents of docs/RUNBOOK.md, caused for real on the compose stack and ended by the runbook's own commands.
 */
@NullMarked
package dev.falcon.proving.drills;

import org.jspecify.annotations.NullMarked;
