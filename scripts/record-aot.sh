#!/usr/bin/env bash
# Records the AOT cache that lets a worker start sooner: starts one on a free port with its files in a temporary folder, whose
# models all warm up, asks it a few hundred times and ends it, upon which the JVM writes the cache beside the jar, where
# bin/falcon finds it.
# Needs a build. Exit status: 0 recorded, 1 not.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
jar=$root/falcon.jar
[ -f "$jar" ] || jar=$root/falcon/target/falcon.jar
cache=${jar%.jar}.aot
work=$(mktemp -d)
worker=
trap '[ -z "$worker" ] || kill -9 "$worker" 2>/dev/null || true; rm -rf "$work"' EXIT

fail() {
  echo "record-aot: $1" >&2
  cat "$work/out" >&2 || true
  exit 1
}

# Empty values count as unset: the settings of the caller's environment have no say here.
env -u POSTGRES_HOST -u REDIS_HOST HOST=127.0.0.1 PORT=0 LOG_FORMAT=json DRAIN_GRACE_SECONDS=0 WORKER_ID=recording \
  SERVED_MODELS=all \
  INFERENCE_LOG_PATH="$work/inference.db" INFERENCE_LOG_SPOOL_DIR="$work/spool" \
  JAVA_OPTS="${JAVA_OPTS:-} -XX:AOTCacheOutput=$work/falcon.aot" "$root/bin/falcon" serve >"$work/out" 2>&1 &
worker=$!

port=
for _ in $(seq 600); do
  port=$(sed -n 's/.*"event":"ready".*"port":\([0-9]*\).*/\1/p' "$work/out")
  [ -z "$port" ] || break
  kill -0 "$worker" 2>/dev/null || fail "the worker did not start"
  sleep 0.1
done
[ -n "$port" ] || fail "the worker did not get ready within a minute"

for number in $(seq 200); do
  body="{\"text\":\"a quiet film with a strong second half, number $((number / 2))\"}"
  exec 3<>"/dev/tcp/127.0.0.1/$port"
  printf 'POST /infer HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %s\r\n\r\n%s' \
    "${#body}" "$body" >&3
  read -r status <&3
  exec 3>&-
  [[ $status == *" 200 "* ]] || fail "the worker answered $status"
done

kill -TERM "$worker"
wait "$worker" || true
worker=
[ -s "$work/falcon.aot" ] || fail "the run left no AOT cache"
mv "$work/falcon.aot" "$cache"
echo "Recorded $(du -h "$cache" | cut -f1) in ${cache#"$root"/}; it is used until the next build."
