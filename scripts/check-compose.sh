#!/usr/bin/env bash
# Starts the platform from this checkout with an image of the jar that `make build` left, asks it as a user would, runs
# every operation under load (check-fleet.sh), and removes it with its volumes. Grafana is left out where its image cannot be
# had (SERVICES names what is started); arguments name operations, else all are run.
#
# It touches nothing of a user's stack: it has a compose project, volumes, an image tag, an .env and secrets of its own, in a
# copy of the checkout under target/. Container names and ports are those of the platform, so that it refuses to run where
# a stack is up; one that is down keeps its data.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
export SERVICES=${SERVICES:-nginx worker-1 worker-2 worker-3 redis postgres prometheus alertmanager}
export JAR_FROM=prebuilt
export COMPOSE_PROJECT_NAME=falcon-check
unset COMPOSE_FILE COMPOSE_ENV_FILES COMPOSE_PROFILES FALCON_VERSION HTTP_PORT
home=$root/target/check-compose

# What a run that was cut short has left, and nothing else: all of it carries this project's name.
docker compose down -v --remove-orphans --timeout 45 > /dev/null 2>&1 || true
taken=$(docker ps -a --filter name='^/?falcon-(nginx|worker-[123]|redis|postgres|prometheus|alertmanager|grafana)$' --format '{{.Names}}')
if [ -n "$taken" ]; then
  echo "A stack is there ($(tr '\n' ' ' <<< "$taken")); 'make down' ends it and keeps its data" >&2
  exit 1
fi
clean_up() {
  docker compose logs --no-color --tail 50 > "$root/target/compose.log" 2>&1 || true
  docker compose down -v --remove-orphans --timeout 45 > /dev/null 2>&1 || true
  docker image rm falcon-worker:check falcon-worker:check-next > /dev/null 2>&1 || true
  cd "$root"
  rm -rf "$home"
}

make build
rm -rf "$home"
mkdir -p "$home/falcon/target" "$home/proving"
trap clean_up EXIT
cp -R docker-compose.yml Dockerfile .dockerignore .env.example Makefile bin deploy models scripts "$home/"
cp -R falcon/target/falcon.jar falcon/target/lib "$home/falcon/target/"
# For the load: bin/proving looks beside itself.
ln -s "$root/proving/target" "$home/proving/target"
mkdir "$home/target"
cp target/java-home "$home/target/"
sed "s/^FALCON_VERSION=.*/FALCON_VERSION=check/" .env.example > "$home/.env"
cd "$home"

scripts/secrets.sh
docker compose build worker-1
# shellcheck disable=SC2086 # a list of words
docker compose up -d --no-build --wait $SERVICES
# Workers do not wait for their stores; what follows does.
for _ in $(seq 60); do
  scripts/check-health.sh > target/health 2>&1 && ! grep -q '"degraded":\["' target/health && break
  sleep 0.5
done
cat target/health
! grep -q -e FAILED -e '"degraded":\["' target/health

port=$(docker compose port nginx 80 | sed 's/.*://')
check() { # what, extended regular expression, command…
  local what=$1 pattern=$2 seen
  shift 2
  seen=$("$@" 2>&1) || true
  if grep -Eq "$pattern" <<< "$seen"; then
    echo "ok      $what"
  else
    echo "FAILED  $what: expected /$pattern/, saw: $(head -c 600 <<< "$seen")"
    exit 1
  fi
}
ask() { curl -sS -m 15 -i -H 'Content-Type: application/json' "$@"; }
text="a text for this run, $RANDOM$RANDOM"
check "the front door answers" '"prediction":"(positive|negative)"' ask "http://localhost:$port/infer" -d "{\"text\":\"$text\"}"
check "its answer is cached for all workers" '"cache_hit":true' ask http://localhost:8001/infer -d "{\"text\":\"$text\"}"
docker pause falcon-worker-2 > /dev/null
check "a worker that hangs is marked there, by its own name" '^# worker worker-2 at [0-9.:]+ does not answer' \
  curl -sS -m 5 "http://localhost:$port/metrics"
docker unpause falcon-worker-2 > /dev/null
check "every worker's metrics through it" 'worker_id="worker-3"' curl -sS "http://localhost:$port/metrics"
check "the synthetic probe" '^front_door_infer_success 1' docker exec falcon-nginx curl -sS http://localhost:8081/probe
check "a body beyond all limits" 'HTTP/1.1 413.*|body_too_large' ask "http://localhost:$port/infer" -d "@falcon/target/falcon.jar"
check "a wrong request id is replaced" '^X-Request-ID: [0-9a-f]{32}' ask "http://localhost:$port/infer" -H 'X-Request-ID: a b' -d '{"text":"x"}'
make -s maintenance-on
check "maintenance refuses" '^Retry-After: [1-4]' ask "http://localhost:$port/infer" -d "{\"text\":\"$text\"}"
check "maintenance says so" '^HTTP/1.1 503.*' ask "http://localhost:$port/infer" -d "{\"text\":\"$text\"}"
check "but is alive" '"status":"healthy"' curl -sS "http://localhost:$port/healthz"
make -s maintenance-off
check "and serves again" '^HTTP/1.1 200' ask "http://localhost:$port/infer" -d "{\"text\":\"$text\"}"
docker compose stop worker-1 worker-2 worker-3 > /dev/null 2>&1
# Until the front door has found out; a busy machine takes its time.
for _ in $(seq 60); do
  docker exec falcon-nginx test ! -s /run/falcon/workers && break
  sleep 0.5
done
sleep 1
check "without any worker it refuses" '"error_type":"not_ready".*"worker_id":"nginx"' ask "http://localhost:$port/infer" -d "{\"text\":\"$text\"}"
check "and says when to come back" '^Retry-After: [1-4]' ask "http://localhost:$port/infer" -d "{\"text\":\"$text\"}"
check "and the missing are marked in its metrics" '# worker worker-2 has no address' curl -sS "http://localhost:$port/metrics"
docker compose start worker-1 worker-2 worker-3 > /dev/null 2>&1
for _ in $(seq 60); do
  SERVICES="worker-1 worker-2 worker-3" scripts/check-health.sh > target/health 2>&1 && ! grep -q '"degraded":\["' target/health && break
  sleep 0.5
done
sleep 2
check "and serves when they are back" '^HTTP/1.1 200' ask "http://localhost:$port/infer" -d "{\"text\":\"$text\"}"
check "no worker runs as root, or can write to its image" '^10001:10001 true' \
  docker inspect -f '{{.Config.User}} {{.HostConfig.ReadonlyRootfs}}' falcon-worker-1
check "PID 1 is Java" 'java' docker exec falcon-worker-1 cat /proc/1/comm
check "the AOT cache is used" 'falcon.aot' docker exec falcon-worker-1 cat /proc/1/maps
check "the worker knows its container's limit" 'memory_limit_bytes.* 8.05306368E8' curl -sS http://localhost:8000/metrics
check "doctor is content inside a worker" ' 0 faults?|^0 fault' docker exec falcon-worker-1 /app/bin/falcon doctor --only redis,postgres,model,settings,disk

if [[ $SERVICES == *prometheus* ]]; then
  query() { curl -sS -G "http://localhost:9090/api/v1/query" --data-urlencode "query=$1"; }
  wait_for() { # what, pattern, query
    local attempt seen=
    for attempt in $(seq 40); do
      seen=$(query "$3")
      if grep -Eq "$2" <<< "$seen"; then echo "ok      $1"; return; fi
      sleep 1
    done
    echo "FAILED  $1: $3 gave $(head -c 600 <<< "$seen")"
    exit 1
  }
  wait_for "Prometheus sees three workers" '"value":\[[0-9.]+,"3"\]' 'count(up{job="falcon-workers"} == 1)'
  wait_for "and how full the disk of PostgreSQL is" '"value":\[[0-9.]+,"0\.[0-9]' 'falcon:database_disk_free:ratio'
  wait_for "and classic buckets" '"value":\[[0-9.]+,"[1-9]' 'count(inference_duration_seconds_bucket)'
  wait_for "and the synthetic probe" '"value":\[[0-9.]+,"1"\]' 'front_door_infer_success'
  wait_for "Watchdog fires" 'Watchdog' 'ALERTS{alertname="Watchdog",alertstate="firing"}'
fi

check "the demonstration shows what it says" '^demo 0$' bash -c 'scripts/demo.sh; echo "demo $?"'
# Operations are about the platform: on one machine with three workers, their stores and the load, the encoder would take
# what there is of processors, and the load would be late.
sed -i 's/^DEFAULT_MODEL=.*/DEFAULT_MODEL=sentiment-linear/' .env
# shellcheck disable=SC2086 # a list of words
docker compose up -d --no-build --wait $SERVICES > target/linear 2>&1 || { cat target/linear; exit 1; }
scripts/check-fleet.sh "$@"
if [[ $SERVICES == *prometheus* && -x scripts/check-dashboard.sh ]]; then
  (cd "$root" && PROMETHEUS_URL=http://localhost:9090 scripts/check-dashboard.sh)
fi
