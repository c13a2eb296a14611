#!/usr/bin/env bash
# Half a minute on the running stack (`make up`): an answer, a cache hit on another worker, a replay, refusals, and a worker
# that is killed under load without a request lost. Says what it does and what was seen. What it changes: it kills worker-2
# and starts it again. Exit status: 0 all was seen, 1 something was not.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
port=$(docker compose port nginx 80 2> /dev/null | sed 's/.*://' || true)
[ -n "$port" ] || { echo "The stack does not run here; 'make up' starts it" >&2; exit 1; }
door=http://localhost:$port
run=demo-$(date +%s)
work=$(mktemp -d)
killed=
clean_up() {
  [ -z "$killed" ] || docker start falcon-worker-2 > /dev/null 2>&1 || true
  rm -rf "$work"
}
trap clean_up EXIT
failed=0

title() { printf '\n== %s\n' "$1"; }
# Asks, shows what somebody would type and what came back (status, two headers, body), and keeps that for expect.
ask() { # address, text, header…
  local address=$1 text=$2 header headers=()
  shift 2
  for header in "$@"; do headers+=(-H "$header"); done
  printf "\$ curl -i %s/infer -H 'Content-Type: application/json'" "$address"
  [ $# = 0 ] || printf " -H '%s'" "$@"
  printf " -d '{\"text\": \"%s\"}'\n" "$text"
  curl -sS -m 15 -i "$address/infer" -H 'Content-Type: application/json' "${headers[@]}" -d "{\"text\": \"$text\"}" \
    | tr -d '\r' | grep -iE '^(HTTP/|Idempotent-Replayed|Retry-After)|^\{' | tee "$work/seen" || true
}
expect() { # what, extended regular expression
  if grep -Eq "$2" "$work/seen"; then
    echo "-> $1"
  else
    echo "-> NOT SEEN: $1"
    failed=1
  fi
}

# What follows needs the stores: a worker that had to do without one for a moment asks again after up to 72 s.
for attempt in $(seq 80); do
  degraded=
  for at in 8000 8001 8002; do
    curl -sS -m 5 "http://localhost:$at/readyz" 2>&1 | grep -q '"degraded":\[\]' || degraded+=" :$at"
  done
  [ -n "$degraded" ] || break
  [ "$attempt" -gt 1 ] || echo "Waiting for workers that do without Redis or PostgreSQL right now:$degraded"
  sleep 1
done
[ -z "$degraded" ] || { echo "They still do; 'make check-health' says more" >&2; exit 1; }

title "An answer"
ask "$door" "Great food and friendly service, $run"
expect "classified by one of three workers" '"prediction":"(positive|negative)"'

title "The same text on two workers: the second finds the first one's answer in Redis"
ask http://localhost:8000 "The soup was cold, $run"
expect "worker-1 had to compute it" '"cache_hit":false.*"worker_id":"worker-1"'
ask http://localhost:8001 "The soup was cold, $run"
expect "worker-2 did not" '"cache_hit":true.*"worker_id":"worker-2"'

title "A retry with an Idempotency-Key gets the first answer, on whatever worker"
ask "$door" "I want my money back, $run" "Idempotency-Key: $run"
expect "the first one is computed" '"idempotency_hit":false'
ask "$door" "I want my money back, $run" "Idempotency-Key: $run"
expect "the second one is a replay" '^Idempotent-Replayed: true'
ask "$door" "another text, $run" "Idempotency-Key: $run"
expect "the key with another text is refused" '"error_type":"idempotency_mismatch"'

title "A refusal says what was wrong"
ask "$door" "   "
expect "a blank text is refused" '"status":422.*"error_type":"invalid_text"'

title "worker-2 is killed (SIGKILL) while four clients ask, who never ask twice"
client() { # number
  local n=0
  while [ -e "$work/going" ]; do
    n=$((n + 1))
    curl -sS -m 15 -o /dev/null -w '%{http_code}\n' "$door/infer" -H 'Content-Type: application/json' \
      -H "X-Request-ID: $run-$1-$n" -d "{\"text\": \"text $n of client $1, $run\"}" >> "$work/statuses.$1" 2> /dev/null || true
  done
}
touch "$work/going"
for number in 1 2 3 4; do client "$number" & done
sleep 2
echo "\$ docker kill -s KILL falcon-worker-2"
killed=yes
docker kill -s KILL falcon-worker-2 > /dev/null
sleep 4
echo "\$ docker start falcon-worker-2"
docker start falcon-worker-2 > /dev/null
killed=
sleep 2
rm "$work/going"
wait
cat "$work"/statuses.* | sort | uniq -c | tee "$work/seen"
asked=$(cat "$work"/statuses.* | wc -l)
answered=$(cat "$work"/statuses.* | grep -c '^200$' || true)
if ((answered == asked && asked > 0)); then
  echo "-> $asked asked, $answered answered with 200, none lost"
else
  echo "-> NOT SEEN: $asked asked, $answered answered with 200"
  failed=1
fi

title "And each answer has its record"
count="SELECT count(DISTINCT request_id) FROM inference_logs WHERE request_id LIKE '$run-%' AND success AND created_at > now() - interval '10 minutes'"
echo "\$ docker exec falcon-postgres psql -U falcon -d falcon_inference -c \"$count\""
recorded=0
for _ in $(seq 20); do
  recorded=$(docker exec falcon-postgres psql -U falcon -d falcon_inference -Atc "$count" 2> /dev/null || echo 0)
  ((recorded < answered)) || break
  sleep 0.5
done
echo "-> $recorded records of $answered answers; a killed worker may lose those of its last 200 ms"
((recorded * 20 >= answered * 19 && answered > 0)) || failed=1

title "Where to look"
cat << END
  make check-health                                  one line for each service
  curl -s $door/metrics                every worker's metrics
  make logs                                          what the workers say
  make psql, make redis-cli                          into the stores
  http://localhost:9090/alerts                       Prometheus: WorkerDown is pending if you were quick
  http://localhost:9093                              Alertmanager: who would have been told
  http://localhost:3000                              Grafana (admin, secrets/grafana_password): Falcon ML Inference Platform
  docs/RUNBOOK.md                                    what to do when it is no demonstration
END
if ((failed)); then
  echo "Something was not seen; 'make check-health' is where to begin" >&2
fi
exit "$failed"
