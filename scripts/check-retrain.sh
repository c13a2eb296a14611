#!/usr/bin/env bash
# Shows that the shipped models are what their data and this code make: fetches the data, trains the linear one twice (the
# second time on one processor, without the optimising compiler) and compares every byte with models/sentiment-linear/1. The
# other one's bytes depend on the kind of processor: it is scored on what its training held out. Needs a build and npm.
# Exit status: 0 they are, 1 not, or the data could not be had.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
shipped=$root/models/sentiment-linear/1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$root/scripts/fetch-data.sh"
train() {
  "$root/bin/falcon" train --data "$root/data/sentiment.tsv" --name sentiment-linear --out "$work/$1" >"$work/$1.out" || {
    cat "$work/$1.out"
    exit 1
  }
}
train first
JAVA_OPTS="-XX:ActiveProcessorCount=1 -XX:TieredStopAtLevel=1" train second
head -n 1 "$work/first.out"

for run in first second; do
  for file in manifest.json weights.bin; do
    cmp "$shipped/$file" "$work/$run/sentiment-linear/1/$file" || {
      echo "check-retrain: training again made another $file than the one shipped; run 'make train' if that is meant." >&2
      exit 1
    }
  done
done
echo "Retraining gives the shipped linear model, byte for byte."

"$root/bin/falcon" evaluate --model "$root/models/sentiment/1" --data "$root/data/sentiment.tsv" --held-out >"$work/score" || {
  cat "$work/score"
  exit 1
}
awk '/^accuracy/ { accuracy = $2; print } /^calibration error/ { error = $3; print }
  END { exit !(accuracy >= 0.97 && error != "" && error <= 0.05) }' "$work/score" || {
  echo "check-retrain: models/sentiment/1 must be right on 97 % of what its training held out, with a calibration error of 0.05 at most." >&2
  exit 1
}
echo "The shipped encoder model scores as promised on the sentences that its training held out."
