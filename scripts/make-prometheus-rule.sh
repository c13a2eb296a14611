#!/usr/bin/env bash
# Makes the PrometheusRule objects of deploy/kubernetes/monitoring from the rules that Prometheus itself reads, so that
# there is one text of each alert. Left out are the groups that a cluster cannot have:
# - falcon-front-door asks a probe inside our own Nginx, which a cluster's ingress controller takes the place of;
# - falcon-named-workers expects workers by fixed names.
#
#   make-prometheus-rule.sh [--rules DIR] [--out DIR]   write them
#   make-prometheus-rule.sh --check                     only tell whether they are up to date (1: not)
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
rules=$root/deploy/prometheus/rules
out=$root/deploy/kubernetes/monitoring
leave_out="falcon-front-door falcon-named-workers"
check=
while (($# > 0)); do
  case $1 in
    --rules) rules=${2:?--rules needs a folder} && shift ;;
    --out) out=${2:?--out needs a folder} && shift ;;
    --check) check=yes ;;
    *) echo "make-prometheus-rule: unknown option $1" >&2 && exit 2 ;;
  esac
  shift
done

# The file's body one level deeper, groups in $2 left out together with the comment above each.
body() {
  awk -v leave_out=" $2 " '
    function flush() { if (keep) printf "%s", pending; pending = "" }
    BEGIN { keep = 1 }
    /^groups:/ { started = 1; pending = ""; print "  groups:"; next }
    !started { next }
    /^ ? ?#/ || /^ *$/ { pending = pending ($0 == "" ? "" : "  " $0) "\n"; next }
    /^  - name:/ { keep = index(leave_out, " " $3 " ") == 0; flush() }
    { flush(); if (keep) print "  " $0 }
    END { if (!started) exit 1 }' "$1"
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
shopt -s nullglob
files=("$rules"/*.yml)
((${#files[@]} > 0)) || { echo "make-prometheus-rule: no rules in $rules" >&2 && exit 1; }
for group in $leave_out; do
  grep -q "^  - name: $group\$" "${files[@]}" || { echo "make-prometheus-rule: no group $group to leave out" >&2 && exit 1; }
done
status=0
for file in "${files[@]}"; do
  name=$(basename "$file" .yml)
  made=$work/prometheus-rule-$name.yaml
  {
    echo "# Made by scripts/make-prometheus-rule.sh from deploy/prometheus/rules/$name.yml; edit that file."
    echo "apiVersion: monitoring.coreos.com/v1"
    echo "kind: PrometheusRule"
    echo "metadata:"
    echo "  name: falcon-$name"
    echo "  labels:"
    echo "    app.kubernetes.io/name: falcon"
    echo "spec:"
    body "$file" "$leave_out" || { echo "make-prometheus-rule: $file has no groups" >&2 && exit 1; }
  } >"$made"
  if [ -z "$check" ]; then
    cp "$made" "$out/"
  elif ! cmp -s "$made" "$out/$(basename "$made")"; then
    echo "$(basename "$made") is out of date; run scripts/make-prometheus-rule.sh" >&2
    status=1
  fi
done
exit $status
