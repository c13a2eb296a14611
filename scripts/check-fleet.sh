#!/usr/bin/env bash
# Runs every operation on the running compose stack under a steady load whose client never asks twice, and fails where a
# request was lost (no whole answer, or a 5xx without Retry-After), refused where nothing may be, or left without its row.
#   check-fleet.sh [OPERATION…]     all of them by default; --list names them
# Environment: RATE (requests a second, 100), KEEP_GOING=1 (go on after a failure).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
RATE=${RATE:-100}
work=$(mktemp -d)
rows=()
failures=0
load_pid=
helper=
clean_up() {
  [ -z "$load_pid" ] || kill "$load_pid" 2> /dev/null || true
  [ -z "$helper" ] || docker rm -f "$helper" > /dev/null 2>&1 || true
  docker unpause falcon-worker-3 > /dev/null 2>&1 || true
  rm -rf "$work"
}
trap clean_up EXIT

http_port=$(docker compose port nginx 80 | sed 's/.*://')
version=$(sed -n 's/^FALCON_VERSION=//p' .env)

# ---- operations. Each leaves the stack as it found it.
worker_network() { docker inspect -f '{{range $name, $_ := .NetworkSettings.Networks}}{{$name}}{{end}}' "$1"; }
address() { docker inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' "$1"; }
healthy() {
  local attempt
  for attempt in $(seq 120); do
    [ "$(docker inspect -f '{{.State.Health.Status}}' "falcon-$1")" = healthy ] && return
    sleep 0.5
  done
  echo "$1 is not healthy after a minute" >&2
  return 1
}
front_door_knows() {
  local attempt
  for attempt in $(seq 20); do
    docker exec falcon-nginx grep -q "$1" /run/falcon/workers && return
    sleep 0.25
  done
  echo "the front door does not know $1 within 5 s" >&2
  return 1
}
# Waits for a page with all three: one that has just started may be too late for the first.
all_run() {
  local attempt seen=
  for attempt in $(seq 20); do
    seen=$(curl -fsS "http://localhost:$http_port/metrics" | sed -n 's/^app_info{.*[{,]version="\([^"]*\)".*/\1/p' | sort | uniq -c | tr -s ' ')
    [ "$seen" = " 3 $1" ] && return
    sleep 0.5
  done
  echo "not all three run $1 but:$seen" >&2
  return 1
}

rolling_restart() { scripts/deploy.sh .; }
kill_a_worker() {
  kill -9 "$(docker inspect -f '{{.State.Pid}}' falcon-worker-2)"
  sleep 2
  [ "$(docker inspect -f '{{.RestartCount}}' falcon-worker-2)" -ge 1 ]
  healthy worker-2
}
scale_out_and_back() {
  docker compose up -d --no-recreate --no-build --scale worker-extra=2 worker-extra > /dev/null 2>&1
  for extra in $(docker compose ps -q worker-extra); do
    front_door_knows "^worker-extra $(address "$extra")$"
  done
  [ "$(docker exec falcon-nginx grep -c ^worker-extra /run/falcon/workers)" = 2 ]
  sleep 5
  # Both must have answered somebody, else nothing was scaled.
  [ "$(curl -fsS "http://localhost:$http_port/metrics" | awk '/^# worker worker-extra/ { extra = 1 } /^# worker worker-[0-9]/ { extra = 0 }
    extra && /^inference_requests_total.*status="success"/ && $2 > 0 { seen[$1] = 1 } END { print length(seen) }')" -ge 2 ]
  docker compose up -d --no-recreate --no-build --scale worker-extra=0 worker-extra > /dev/null 2>&1
}
cut_a_worker_off() {
  local network
  network=$(worker_network falcon-worker-3)
  docker network disconnect "$network" falcon-worker-3
  sleep 6
  docker network connect --alias worker-3 "$network" falcon-worker-3
  front_door_knows "^worker-3 $(address falcon-worker-3)$"
}
pause_a_worker() {
  docker pause falcon-worker-3 > /dev/null
  sleep 12
  docker unpause falcon-worker-3 > /dev/null
  healthy worker-3
}
new_address() {
  local before after image
  before=$(address falcon-worker-2)
  image=$(docker inspect -f '{{.Config.Image}}' falcon-redis)
  docker compose stop worker-2 > /dev/null 2>&1
  docker compose rm -f worker-2 > /dev/null 2>&1
  helper=$(docker run -d --rm --network "$(worker_network falcon-worker-1)" --ip "$before" --entrypoint sleep "$image" 300 2> /dev/null \
    || docker run -d --rm --network "$(worker_network falcon-worker-1)" --entrypoint sleep "$image" 300)
  docker compose up -d --no-deps --no-build --wait worker-2 > /dev/null 2>&1
  after=$(address falcon-worker-2)
  docker rm -f "$helper" > /dev/null
  helper=
  [ "$before" != "$after" ] || { echo "the address stayed $before: nothing was shown" >&2; return 1; }
  front_door_knows "^worker-2 $after$"
}
# In worker-2's place stands something that is ready and answers every question with a 500 in no time.
failing_fast() {
  local served
  docker compose stop worker-2 > /dev/null 2>&1
  helper=$(docker run -d --network "$(worker_network falcon-worker-1)" --network-alias worker-2 --entrypoint sh \
    "$(docker inspect -f '{{.Config.Image}}' falcon-nginx)" -c 'cat > /etc/nginx/conf.d/default.conf <<END
server { listen 8000; location /readyz { return 200 "{}"; } location /infer { return 500 "{}"; } location / { return 404; } }
END
exec nginx -g "daemon off;"')
  front_door_knows "^worker-2 $(address "$helper")$"
  sleep 8
  served=$(docker logs "$helper" 2>&1 | grep -c 'POST /infer.* 500 ' || true)
  docker rm -f "$helper" > /dev/null
  helper=
  docker compose start worker-2 > /dev/null 2>&1
  healthy worker-2
  # It was asked, else nothing was shown, and left out, else it had got a third of all.
  echo "$served requests were answered by the failing one"
  ((served >= 10 && served <= RATE * 8 / 5))
}
deploy_and_roll_back() {
  # The same program under another name: what is shown is the way of an image, not a change in it.
  printf 'FROM falcon-worker:%s\nUSER 0\nRUN echo %s-next > /app/VERSION\nUSER 10001:10001\n' "$version" "$version" \
    | docker build -q -t "falcon-worker:$version-next" - > /dev/null
  scripts/deploy.sh "$version-next"
  all_run "$version-next"
  scripts/deploy.sh -
  all_run "$version"
}
reload_the_front_door() {
  for _ in 1 2 3; do
    docker exec falcon-nginx nginx -s reload
    sleep 2
  done
}
restart_redis() {
  docker compose restart redis > /dev/null 2>&1
  healthy redis
}
restart_postgres() {
  docker compose restart postgres > /dev/null 2>&1
  healthy postgres
}
rotate_passwords() {
  scripts/rotate-passwords.sh
  # New connections with the new password: all old ones are ended.
  docker exec falcon-postgres psql -U falcon -d falcon_inference -Atqc \
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'falcon' AND client_addr IS NOT NULL" > /dev/null
  docker exec falcon-redis redis-cli CLIENT KILL TYPE normal SKIPME yes > /dev/null
}

# name, whether a 503 is reported (some: a fault, not an operation) or fails (none), function
operations=(
  "rolling-restart none rolling_restart"
  "kill-9-worker some kill_a_worker"
  "scale-out-and-back none scale_out_and_back"
  "worker-cut-off some cut_a_worker_off"
  "worker-paused some pause_a_worker"
  "worker-new-address none new_address"
  "worker-failing-fast none failing_fast"
  "deploy-and-rollback none deploy_and_roll_back"
  "front-door-reload none reload_the_front_door"
  "redis-restart none restart_redis"
  "postgres-restart none restart_postgres"
  "password-rotation none rotate_passwords"
)
if [ "${1:-}" = --list ]; then
  printf '%s\n' "${operations[@]%% *}"
  exit
fi

# Every 200 of the run has its row once the log has settled: a breaker that opened asks again after up to 72 s. A kill -9
# may lose those of its last 200 ms. A request that nginx asked of a second worker because the first hung may have a row of
# each: that many are "twice".
settle() {
  local run=$1 answered=$2 allowed=$3 attempt seen="0|0"
  for attempt in $(seq 110); do
    seen=$(docker exec falcon-postgres psql -U falcon -d falcon_inference -Atc \
      "SELECT count(*), count(DISTINCT request_id) FROM inference_logs WHERE request_id LIKE '$run-%' AND success AND created_at > now() - interval '15 minutes'" \
      2> /dev/null || echo "$seen")
    [ "${seen##*|}" != "$answered" ] || break
    sleep 1
  done
  missing=$((answered - ${seen##*|}))
  twice=$((${seen%%|*} - ${seen##*|}))
  ((missing >= 0 && missing <= allowed))
}

run_one() {
  local name=$1 refusals=$2 operation=$3 run="op-$1-$$" verdict=ok missing=0 twice=0 status=0
  touch "$work/going"
  bin/proving load --port "$http_port" --rate "$RATE" --seconds 300 --while "$work/going" --run "$run" > "$work/load" 2>&1 &
  load_pid=$!
  sleep 4
  local from=$SECONDS
  if ! (set -e; "$operation") > "$work/operation" 2>&1; then
    verdict="the operation failed"
  fi
  local took=$((SECONDS - from))
  sleep 3
  kill -0 "$load_pid" 2> /dev/null || verdict="the load ended before the operation did (${took} s)"
  rm "$work/going"
  wait "$load_pid" || status=$?
  load_pid=
  local endings asked answered lost p99 late
  asked=$(sed -n 's/.* asked=\([0-9]*\).*/\1/p' "$work/load")
  answered=$(sed -n 's/.* answered=\([0-9]*\).*/\1/p' "$work/load")
  lost=$(sed -n 's/.* lost=\([0-9]*\).*/\1/p' "$work/load")
  endings=$(sed -n 's/.*endings=\(.*\)/\1/p' "$work/load")
  p99=$(sed -n 's/.*p99_ms=\([0-9.]*\) max.*/\1/p' "$work/load")
  late=$(sed -n 's/.*late_p99_ms=\([0-9.]*\)/\1/p' "$work/load")
  [ "$status" != 1 ] || verdict="requests were lost"
  [ "$status" = 0 ] || [ "$status" = 1 ] || [ "$status" = 3 ] || verdict="the load failed"
  if [ "$refusals" = none ] && [ "$verdict" = ok ] && [ "$asked" != "$answered" ]; then
    verdict="refusals: $endings"
  fi
  local allowed=0
  [ "$name" != kill-9-worker ] || allowed=$((RATE / 3 * 2 / 10 + 5))
  settle "$run" "${answered:-0}" "$allowed" || verdict="rows without an answer, or answers without a row: $missing"
  [[ $name == worker-cut-off || $name == worker-paused || $twice == 0 ]] || verdict="$twice requests were answered twice"
  [ "$verdict" = ok ] || failures=$((failures + 1))
  rows+=("$(printf '| %-19s | %5s | %7s | %8s | %7s | %4s | %6s | %5s | %6s | %9s | %s |' "$name" "$took" "$asked" "$answered" "$((asked - answered - lost))" "$lost" "$missing" "$twice" "$p99" "$late" "$verdict")")
  printf '%s\n' "${rows[-1]}"
  if [ "$verdict" != ok ]; then
    sed 's/^/    load: /' "$work/load"
    sed 's/^/    operation: /' "$work/operation"
    [ "${KEEP_GOING:-0}" = 1 ] || return 1
  fi
}

heading='| operation           | for s |   asked | answered | refused | lost | no row | twice | p99 ms | late p99 ms | verdict |
|---|---|---|---|---|---|---|---|---|---|---|'
echo "$heading"
wanted=" $* "
for operation in "${operations[@]}"; do
  read -r name refusals function <<< "$operation"
  if [ "$wanted" = "  " ] || [[ $wanted == *" $name "* ]]; then
    run_one "$name" "$refusals" "$function" || break
  fi
done
echo
echo "$heading"
printf '%s\n' "${rows[@]}"
echo "${#rows[@]} operations, $failures failed"
[ "$failures" = 0 ] && ((${#rows[@]} > 0))
