#!/usr/bin/env bash
# Puts the named workers (all three by default) on an image tag, one after the other, each ready and known to the front
# door before the next one leaves: deploy.sh VERSION [SERVICE…]. The version before it is kept in .env, and `deploy.sh -`
# goes back to it and then forgets it: a second rollback must not bring the bad version again. Without a new tag
# (`deploy.sh .`) it is a rolling restart. Stopped half way, the same command goes on.
# Exit status: 0 done, 1 stopped half way (says where), 2 no such image, or no version to go back to.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
version=${1:?usage: deploy.sh VERSION|-|. [SERVICE…]}
shift
workers=("$@")
((${#workers[@]} > 0)) || workers=(worker-1 worker-2 worker-3)

setting() { sed -n "s/^$1=//p" .env | tail -n 1; }
# In place, so that an editor's or a mount's view of the file stays.
set_to() {
  local edited
  edited=$(sed "s/^$1=.*/$1=$2/" .env)
  grep -q "^$1=" <<< "$edited" || edited+=$'\n'"$1=$2"
  printf '%s\n' "$edited" > .env
}

recreate=()
back=
if [ "$version" = - ]; then
  version=$(setting FALCON_PREVIOUS_VERSION)
  if [ -z "$version" ]; then
    echo "No version to go back to is remembered; name one: make rollback VERSION=…. These are here:" >&2
    docker images --format '  {{.Tag}}  {{.CreatedSince}}' falcon-worker >&2
    exit 2
  fi
  back=1
fi
if [ "$version" = . ]; then
  recreate=(--force-recreate)
else
  if ! docker image inspect "falcon-worker:$version" > /dev/null 2>&1; then
    echo "There is no image falcon-worker:$version here; these are:" >&2
    docker images --format '  {{.Tag}}  {{.CreatedSince}}' falcon-worker >&2
    exit 2
  fi
  now=$(setting FALCON_VERSION)
  # A rollback that was stopped half way must find its version again, so it changes what is remembered only at its end.
  if [ -z "$back" ] && [ "${now:-latest}" != "$version" ]; then
    set_to FALCON_PREVIOUS_VERSION "${now:-latest}"
  fi
  set_to FALCON_VERSION "$version"
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
if [ -n "$back" ]; then
  set_to FALCON_PREVIOUS_VERSION ""
fi
