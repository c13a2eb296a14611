#!/usr/bin/env bash
# Checks the rules of Prometheus and the routes of Alertmanager: syntax, unit tests, and that every alert is complete.
# Takes promtool and amtool from PATH, or else from the images named below. Needs bash, awk and one of the two.
set -euo pipefail

root=$(CDPATH='' cd -P "$(dirname "$0")/.." && pwd)
prometheus_image=${PROMETHEUS_IMAGE:-prom/prometheus:v2.53.3}
alertmanager_image=${ALERTMANAGER_IMAGE:-prom/alertmanager:v0.28.1}
prometheus=deploy/prometheus
alertmanager=deploy/alertmanager/alertmanager.yml
runbook=docs/RUNBOOK.md
reference=docs/REFERENCE.md
runbook_base=https://github.com/falcon-ml/falcon/blob/main/docs/RUNBOOK.md
cd "$root"

failures=0
fail() {
  printf 'FAILED  %s\n' "$1" >&2
  failures=$((failures + 1))
}

# Runs $1 with the rest as arguments, from PATH or from image $image, in the checkout.
tool() {
  local name=$1
  shift
  if command -v "$name" >/dev/null 2>&1; then
    "$name" "$@"
  elif command -v docker >/dev/null 2>&1; then
    docker run --rm --network none -v "$root/deploy:/checkout/deploy:ro" -w /checkout --entrypoint "$name" "$image" "$@"
  else
    echo "check-alerts: neither $name nor docker is there" >&2
    exit 2
  fi
}

# Runs a check and shows what it says only if it fails.
check() {
  local what=$1 said
  shift
  if said=$("$@" 2>&1); then
    printf 'ok      %s\n' "$what"
  else
    printf '%s\n' "$said" >&2
    fail "$what"
  fi
}

routed() { # expected receiver, name=value pairs
  local expected=$1 got
  shift
  got=$(tool amtool config routes test --config.file="$alertmanager" "$@" 2>/dev/null) || true
  if [ "$got" = "$expected" ]; then
    printf 'ok      %s goes to %s\n' "$*" "$expected"
  else
    fail "$* goes to '$got', not to $expected"
  fi
}

# ---- Prometheus
image=$prometheus_image
check 'configuration and rules' tool promtool check config "$prometheus/prometheus.yml"
check 'rules, strictly' tool promtool check rules --lint=all --lint-fatal "$prometheus/rules/recording.yml" "$prometheus/rules/alerts.yml"

# Two at once, as each keeps one processor busy.
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
for file in "$prometheus"/tests/*.yml; do
  while [ "$(jobs -rp | wc -l)" -ge 2 ]; do
    wait -n || true
  done
  { tool promtool test rules "$file" > "$results/$(basename "$file")" 2>&1 && touch "$results/$(basename "$file").passed"; } &
done
wait
ended() {
  cat "$results/$1"
  [ -e "$results/$1.passed" ]
}
for file in "$prometheus"/tests/*.yml; do
  check "unit tests $(basename "$file")" ended "$(basename "$file")"
done

# ---- Alertmanager
image=$alertmanager_image
check 'routes and receivers' tool amtool check-config "$alertmanager"
routed page severity=P0 alertname=FleetDown
routed page severity=P1 alertname=DatabaseLogsDropped
routed team severity=P2 alertname=WorkerDown
routed ticket severity=P3 alertname=NoRequests
routed watchdog severity=P3 alertname=Watchdog
routed team alertname=WithoutSeverity

# ---- every alert is complete. Reads the layout that these files are written in: one key a line, two spaces a level.
if awk -v base="$runbook_base" '
    function finish(   lack) {
      if (alert == "") return
      if (severity !~ /^P[0-3]$/) lack = lack " severity"
      if (!summary) lack = lack " summary"
      if (!description) lack = lack " description"
      if (url != base "#" tolower(alert)) lack = lack " runbook_url"
      if (lack != "") { print alert " (line " line ") lacks or has wrong:" lack; bad = 1 }
      alert = ""
    }
    /^ +- (alert|record):|^  - name:/ { finish() }
    /^ +- alert: / { alert = $3; line = NR; severity = ""; summary = description = 0; url = ""; alerts++ }
    /^ +severity: / { severity = $2 }
    /^ +summary: ./ { summary = 1 }
    /^ +description: ./ { description = 1 }
    /^ +runbook_url: ./ { url = $2 }
    END { finish(); if (!alerts) { print "no alert was found"; bad = 1 } exit bad }
  ' "$prometheus/rules/alerts.yml" >&2; then
  echo 'ok      every alert has severity, summary, description and runbook_url'
else
  fail 'alerts that lack something'
fi

# ---- every alert has a test that it fires and one that it stays silent; Watchdog is never silent.
if awk '
    FNR == 1 { name = "" }
    FILENAME ~ /alerts\.yml$/ { if ($1 == "-" && $2 == "alert:") known[$3] = 1; next }
    /^ +alertname: / { name = $2 }
    /^ +exp_alerts: \[\]/ { silent[name]++ }
    /^ +- exp_labels: / { fires[name]++ }
    END {
      for (alert in known) {
        if (!fires[alert]) { print alert " has no test that it fires"; bad = 1 }
        if (!silent[alert] && alert != "Watchdog") { print alert " has no test that it stays silent"; bad = 1 }
      }
      for (name in fires) if (!known[name]) { print name " is tested, but no alert"; bad = 1 }
      for (name in silent) if (!known[name]) { print name " is tested, but no alert"; bad = 1 }
      exit bad
    }
  ' "$prometheus/rules/alerts.yml" "$prometheus"/tests/*.yml >&2; then
  echo 'ok      every alert has a test that it fires and one that it stays silent'
else
  fail 'alerts without tests'
fi

# ---- a rule that reads a metric which nobody has is silent for ever.
if awk '
    BEGIN {
      # of Prometheus, Alertmanager, the probe, and the JVM client library
      split("up process_start_time_seconds jvm_memory_max_bytes front_door_infer_success alertmanager_notifications_failed_total prometheus_notifications_errors_total prometheus_notifications_dropped_total prometheus_notifications_alertmanagers_discovered", others, " ")
      for (i in others) known[others[i]] = 1
      split("and or unless by on ignoring without offset bool group_left group_right", words, " ")
      for (i in words) keyword[words[i]] = 1
    }
    FNR == 1 { inside = 0 }
    FILENAME ~ /REFERENCE\.md$/ { if (split($0, cell, "`") > 1 && $0 ~ /\| (counter|gauge|histogram) \|/) known[cell[2]] = 1; next }
    /^ +- record: / { known[$3] = 1 }
    /^ *#/ { next }
    /^ +[a-z_]+:( |$)|^ +- / { inside = 0 }
    /^ +expr: / { inside = 1; sub(/^ +expr: \|?/, "") }
    inside {
      text = $0
      gsub(/\{[^}]*\}/, " ", text); gsub(/\[[^]]*\]/, " ", text); gsub(/"[^"]*"/, " ", text)
      gsub(/(by|on|ignoring|without) *\([^)]*\)/, " ", text); gsub(/offset +[0-9a-z]+/, " ", text)
      while (match(text, /[a-zA-Z_:][a-zA-Z0-9_:]*/)) {
        word = substr(text, RSTART, RLENGTH)
        rest = substr(text, RSTART + RLENGTH)
        if (rest !~ /^ *\(/ && !keyword[word]) used[word] = FILENAME ":" FNR
        text = rest
      }
    }
    END {
      for (word in used) {
        base = word; sub(/_(bucket|count|sum)$/, "", base)
        if (!known[word] && !known[base]) { print used[word] " reads " word ", which nobody writes"; bad = 1 }
      }
      exit bad
    }
  ' "$reference" "$prometheus/rules/recording.yml" "$prometheus/rules/alerts.yml" >&2; then
  echo 'ok      every metric that a rule reads exists'
else
  fail 'rules that read metrics which do not exist'
fi

# ---- the runbook has a heading of each alert's name.
if [ -f "$runbook" ]; then
  for alert in $(awk '$1 == "-" && $2 == "alert:" { print $3 }' "$prometheus/rules/alerts.yml" | sort -u); do
    grep -qE "^#+ $alert\$" "$runbook" || fail "$runbook has no heading $alert"
  done
else
  echo "SKIPPED the headings of the runbook: there is no $runbook"
fi

if [ "$failures" -gt 0 ]; then
  echo "check-alerts: $failures failed" >&2
  exit 1
fi
echo 'check-alerts: all is well'
