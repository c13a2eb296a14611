#!/usr/bin/env bash
# Puts the named workers (all three by default) on an image tag, one after the other, each ready and known to the front
# door before the next one leaves: deploy.sh VERSION [SERVICE…]. A rollback is a deploy of an older tag; without a new tag
# (`deploy.sh .`) it is a rolling restart. Exit status: 0 done, 1 stopped half way (says where), 2 no such image.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
version=${1:?usage: deploy.sh VERSION|. [SERVICE…]}
shift
workers=("$@")
((${#workers[@]} > 0)) || workers=(worker-1 worker-2 worker-3)

recreate=()
if [ "$version" = . ]; then
  recreate=(--force-recreate)
else
  if ! docker image inspect "falcon-worker:$version" > /dev/null 2>&1; then
    echo "There is no image falcon-worker:$version here; these are:" >&2
    docker images --format '  {{.Tag}}  {{.CreatedSince}}' falcon-worker >&2
    exit 2
  fi
  # In place, so that an editor's or a mount's view of the file stays.
  edited=$(sed "s/^FALCON_VERSION=.*/FALCON_VERSION=$version/" .env)
  grep -q '^FALCON_VERSION=' <<< "$edited" || edited+=$'\n'"FALCON_VERSION=$version"
  printf '%s\n' "$edited" > .env
fi

known() {
  local address
  address=$(docker inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' "falcon-$1")
  docker exec falcon-nginx grep -qx "$1 $address" /run/falcon/workers
}

for worker in "${workers[@]}"; do
  echo "$worker: on $version"
  docker compose up -d --no-deps --no-build --wait "${recreate[@]}" "$worker" > /dev/null 2>&1 \
    || { echo "$worker did not become ready: docker logs falcon-$worker; those after it are untouched" >&2; exit 1; }
  for attempt in $(seq 20); do
    known "$worker" && break
    [ "$attempt" -lt 20 ] || { echo "the front door does not know $worker's address after 10 s" >&2; exit 1; }
    sleep 0.5
  done
  # The reload that takes the address in.
  sleep 1
done
