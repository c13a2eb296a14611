/**
 * What a model is to the rest of Falcon: the runtime contract, the manifest beside its weights, the repository that finds
 * and loads it, and what training shares whatever the kind of model: labelled texts, the split, the evaluation. Knows no
 * kind of model; the composition root maps a manifest's kind to its loader.
 */
@NullMarked
package dev.falcon.model;

import org.jspecify.annotations.NullMarked;
