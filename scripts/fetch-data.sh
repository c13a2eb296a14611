#!/usr/bin/env bash
# Fetches the labelled sentences that the shipped sentiment model is trained on and writes data/sentiment.tsv
# (columns text, label, source; 3,000 lines of Amazon, IMDb and Yelp reviews). They are the UCI "Sentiment Labelled
# Sentences" (Kotzias et al., KDD 2015) as the npm package "sentiment" carries them; they are not part of this repository.
# Usage: scripts/fetch-data.sh [FILE]     Exit status: 0 the file is there and verified, 1 it could not be had.
set -euo pipefail

package=sentiment@5.0.2
expected_sha256=659a799c616b7cdb33aa20e77266902290f16ec857eae1a225478be5ec19094e
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
out=${1:-$root/data/sentiment.tsv}

fail() {
  printf 'fetch-data: %s\n' "$1" >&2
  exit 1
}

sha256() {
  if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d' ' -f1
}

if [ -f "$out" ] && [ "$(sha256 "$out")" = "$expected_sha256" ]; then
  echo "$out is already there and verified."
  exit 0
fi
for tool in npm node tar; do
  command -v "$tool" >/dev/null || fail "'$tool' is needed to fetch the data and was not found. Install Node.js with npm, or put the file at $out yourself (SHA-256 $expected_sha256)."
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$work" && npm pack --silent "$package" >npm.out 2>npm.err) || {
  cat "$work/npm.err" >&2
  fail "npm could not fetch $package (see above): is its registry reachable?"
}
tar -xzf "$work"/sentiment-*.tgz -C "$work"

node - "$work/package/test/fixtures" "$work/sentiment.tsv" <<'JS'
const fs = require('node:fs');
const [fixtures, target] = process.argv.slice(2);
const lines = ['text\tlabel\tsource'];
for (const source of ['amazon', 'imdb', 'yelp']) {
  for (const { text, class: label } of JSON.parse(fs.readFileSync(`${fixtures}/${source}.json`, 'utf8'))) {
    if (text.trim() === '') continue; // each fixture ends with an empty entry
    // A tab or line break inside a text would end its column; runs of white space carry no meaning here.
    lines.push([text.replace(/\s+/g, ' ').trim(), label === 1 ? 'positive' : 'negative', source].join('\t'));
  }
}
fs.writeFileSync(target, lines.join('\n') + '\n');
JS

found=$(sha256 "$work/sentiment.tsv")
[ "$found" = "$expected_sha256" ] || fail "what $package holds is not what was expected: SHA-256 $found instead of $expected_sha256."
mkdir -p "$(dirname "$out")"
mv "$work/sentiment.tsv" "$out"
echo "Wrote $out ($(($(wc -l <"$out") - 1)) sentences)."
