#!/usr/bin/env bash
# Checks the Grafana dashboard: its JSON against Grafana's types and our rules, its PromQL by promtool's parser, and, with
# PROMETHEUS_URL=http://… set, that each query returns series there (of a fleet that has had load for some minutes).
# Needs Node 20 and npm, and promtool or Docker. Grafana itself is not started. Exit status: 0 all well, 1 not.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
check=$root/deploy/grafana/check
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work" # promtool in its container is another user

fail() {
  printf 'check-dashboard: %s\n' "$1" >&2
  exit 1
}
promtool_check() {
  if command -v promtool >/dev/null; then
    promtool check rules "$work/$1"
  else
    docker run --rm --network none -v "$work:/w:ro" --entrypoint promtool prom/prometheus:v2.53.3 check rules "/w/$1"
  fi
}

if [ ! -f "$check/node_modules/.package-lock.json" ] || [ "$check/package-lock.json" -nt "$check/node_modules/.package-lock.json" ]; then
  (cd "$check" && npm ci --silent --no-progress)
fi
node "$check/check.mjs"

node "$check/expressions.mjs" rules >"$work/dashboard.yml"
node "$check/expressions.mjs" rules --broken >"$work/broken.yml"
promtool_check dashboard.yml >"$work/out" 2>&1 || {
  cat "$work/out" >&2
  fail "promtool refuses an expression"
}
grep -q 'SUCCESS' "$work/out" || fail "promtool said neither yes nor no: $(cat "$work/out")"
if promtool_check broken.yml >"$work/broken.out" 2>&1; then
  fail "promtool takes expressions that are wrong"
fi
grep -q 'parse expression' "$work/broken.out" || fail "promtool failed on wrong expressions for another reason: $(cat "$work/broken.out")"
echo "promtool: $(sed -n 's/.*SUCCESS: \([0-9]*\) rules found.*/\1/p' "$work/out") expressions parse; wrong ones are refused"

if [ -n "${PROMETHEUS_URL:-}" ]; then
  node "$check/expressions.mjs" live "$PROMETHEUS_URL"
else
  echo "series: SKIPPED, PROMETHEUS_URL is not set"
fi
