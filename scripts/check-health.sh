#!/usr/bin/env bash
# One line for each service: its container, and what it says of itself. Exit status: 0 all well, 1 something is not.
# SERVICES names fewer of them, for a stack that was started without the rest.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
SERVICES=${SERVICES:-nginx worker-1 worker-2 worker-3 redis postgres prometheus alertmanager grafana}
http_port=$(docker compose port nginx 80 2> /dev/null | sed 's/.*://')
failed=0

# A worker that nobody can reach is well in its own eyes, so the front door is asked too; where that is down, its own line says so.
in_rotation() {
  docker exec falcon-nginx true 2> /dev/null || return 0
  docker exec falcon-nginx grep -q "^$1 " /run/falcon/workers || { echo "but the front door sends it nothing"; return 1; }
}

# What a service says beyond its container's health; fails where that is bad.
says() {
  case $1 in
    nginx) curl -fsS -m 5 -o /dev/null -w 'front door %{http_code}' "http://localhost:${http_port:-80}/healthz" ;;
    worker-*)
      docker exec "falcon-$1" bash -c 'exec 3<> /dev/tcp/127.0.0.1/8000
        printf "GET /readyz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" >&3; timeout 3 cat <&3' \
        | tr -d '\r' | awk '/^HTTP/ { status = $2 } /^\{/ { sub(/.*"checks":/, ""); sub(/,"timestamp".*/, ""); body = $0 }
          END { print "ready " status " " body; exit status != 200 }' \
        && in_rotation "$1" ;;
    redis) docker exec falcon-redis timeout 5 redis-cli ping | grep PONG ;;
    postgres) docker exec falcon-postgres timeout 5 psql -U falcon -d falcon_inference -Atc "SELECT 'answers, ' || count(*) || ' connections' FROM pg_stat_activity" ;;
    prometheus) curl -fsS -m 5 http://localhost:9090/-/ready ;;
    alertmanager) curl -fsS -m 5 http://localhost:9093/-/ready ;;
    grafana) curl -fsS -m 5 -o /dev/null -w 'api %{http_code}' http://localhost:3000/api/health ;;
  esac
}

check() {
  local state word='' verdict=ok
  state=$(docker inspect -f '{{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{end}}' "falcon-$1" 2> /dev/null) \
    || state="no container"
  if [ "$state" = "running healthy" ]; then
    word=$(says "$1" 2>&1) || verdict=FAILED
  else
    verdict=FAILED
  fi
  printf '%-7s %-13s %-18s %s\n' "$verdict" "$1" "$state" "$(tr '\n' ' ' <<< "$word" | cut -c1-160)" || verdict=FAILED
  [ "$verdict" = ok ]
}

# All at once, as one that hangs takes seconds; told in their order.
lines=$(mktemp -d) || exit 1
trap 'kill $(jobs -p) 2> /dev/null; rm -rf "$lines"' EXIT
checks=()
for service in $SERVICES; do
  check "$service" > "$lines/$service" &
  checks+=($!)
done
for service in $SERVICES; do
  wait "${checks[0]}" || failed=1
  checks=("${checks[@]:1}")
  cat "$lines/$service"
done
exit "$failed"
