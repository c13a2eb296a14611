#!/usr/bin/env bash
# Shows that deploy/kubernetes is what a cluster would take. Most of it is tests of the module `proving` (package deploy),
# which `make test` runs too. This one asks kustomize itself besides, where kubectl or kustomize is installed.
#
#   --write   renew what the tests compare with (proving/src/test/resources/kubernetes) and the PrometheusRule objects
#   --quick   leave the tests out
#
# Exit status: 0 all is well, 1 not.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

write=
tests=yes
for option; do
  case $option in
    --write) write=yes ;;
    --quick) tests= ;;
    *) echo "check-kubernetes: unknown option $option" >&2 && exit 2 ;;
  esac
done
expected=proving/src/test/resources/kubernetes
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

[ -z "$write" ] || scripts/make-prometheus-rule.sh
scripts/make-prometheus-rule.sh --check
echo "ok    the PrometheusRule objects are those of deploy/prometheus/rules"

build=
if command -v kustomize >/dev/null; then
  build="kustomize build"
elif kubectl version --client 2>/dev/null | grep -q '^Kustomize Version: v[5-9]'; then # older ones know no `patches`
  build="kubectl kustomize"
fi
if [ -z "$build" ]; then
  [ -z "$write" ] || { echo "FAIL  neither kustomize nor kubectl is installed" >&2 && exit 1; }
  echo "SKIPPED  neither kustomize nor kubectl is installed; the tests compare with what kustomize made before"
else
  for folder in base overlays/production; do
    name=${folder#*/}
    # Without the rules, which would make every edit of an alert an edit here.
    {
      echo "# Made by scripts/check-kubernetes.sh --write with kustomize from deploy/kubernetes/$folder, without PrometheusRule."
      $build "deploy/kubernetes/$folder" | awk '
        function flush() { if (text != "" && !rule) printf "---\n%s", text; text = ""; rule = 0 }
        /^---$/ { flush(); next }
        /^kind: PrometheusRule$/ { rule = 1 }
        { text = text $0 "\n" }
        END { flush() }'
    } >"$work/$name.yaml"
    if [ -n "$write" ]; then
      cp "$work/$name.yaml" "$expected/"
    elif ! diff -u "$expected/$name.yaml" "$work/$name.yaml"; then
      echo "FAIL  run scripts/check-kubernetes.sh --write" >&2
      exit 1
    fi
  done
  echo "ok    $build makes of base and production what the tests compare with"
fi

if [ -n "$tests" ]; then
  ${MVN:-mvn -B -ntp} -q test -pl proving -am -Dtest='dev.falcon.proving.deploy.*Test' -Dsurefire.failIfNoSpecifiedTests=false
  echo "ok    the tests of proving/deploy"
fi
