#!/usr/bin/env bash
# Shows that the systemd service can be installed and is shut in: installs it into a temporary folder (twice), lets
# systemd-analyze look at the unit and at broken copies of it, and starts the installed worker with the unit's own
# settings. Needs a build, systemd's tools, jq and curl; nothing outside the temporary folder is changed.
#
#   --really   besides, run the unit under a real systemd, in a container that lends this machine's /usr (needs Docker,
#              this machine's systemd and JDK 25 below /usr). Only PrivateUsers is turned off there, which a container
#              without user namespaces refuses. Memory limits have no effect in it.
#
# Exit status: 0 all is well, 1 not.
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
root=$(mktemp -d)
worker=
container=
cleanup() {
  [ -z "$worker" ] || kill -9 "$worker" 2>/dev/null || true
  [ -z "$container" ] || docker rm -f "$container" >/dev/null
  rm -rf "$root"
}
trap cleanup EXIT
chmod 755 "$root"

ok() { echo "ok    $1"; }
fail() {
  echo "FAIL  $1" >&2
  [ $# -lt 2 ] || printf '%s\n' "$2" >&2
  exit 1
}

unit_name=falcon-inference.service
unit=$root/usr/lib/systemd/system/$unit_name
env_file=$root/etc/falcon/falcon.env

# ---- installing
install() {
  "$repository/deploy/systemd/install.sh" --root "$root" "$@" >"$root/install.out" 2>&1 ||
    fail "install.sh $*" "$(cat "$root/install.out")"
}
install
for file in opt/falcon/falcon.jar opt/falcon/bin/falcon opt/falcon/models/sentiment-linear \
  usr/lib/sysusers.d/falcon-inference.conf; do
  [ -e "$root/$file" ] || fail "/$file was not installed"
done
mode=$(stat -c %a "$env_file")
[ "$mode" = 640 ] || fail "falcon.env has the mode $mode"
if [ "$(id -u)" = 0 ]; then
  owners=$(stat -c %u:%g "$env_file")
  [ "$owners" = "0:$(awk -F: '$1 == "falcon" {print $3}' "$root/etc/group")" ] || fail "falcon.env belongs to $owners"
fi
ok "installed, falcon.env is of mode 640 and of root:falcon"

echo "SLOW_REQUEST_MS=1234" >>"$env_file"
touch "$root/opt/falcon/lib/of-an-earlier-version.jar" "$root/opt/falcon/models/of-this-machine"
before=$(sha256sum "$unit" "$root/opt/falcon/falcon.jar" "$env_file")
install --aot
[ -s "$root/opt/falcon/falcon.aot" ] || fail "no AOT cache was recorded" "$(cat "$root/install.out")"
[ "$before" = "$(sha256sum "$unit" "$root/opt/falcon/falcon.jar" "$env_file")" ] || fail "a second run changed something"
[ -e "$root/opt/falcon/models/of-this-machine" ] || fail "a second run took models away"
[ ! -e "$root/opt/falcon/lib/of-an-earlier-version.jar" ] || fail "a library of an earlier version was left"
rm "$root/opt/falcon/models/of-this-machine"
ok "installed again: settings and models kept, libraries exchanged"

elsewhere=$root/elsewhere
"$repository/deploy/systemd/install.sh" --root "$elsewhere" --prefix /srv/falcon-2 >/dev/null 2>&1
grep -q '^ExecStart=/srv/falcon-2/bin/falcon serve$' "$elsewhere/usr/lib/systemd/system/$unit_name" &&
  [ -x "$elsewhere/srv/falcon-2/bin/falcon" ] && ! grep -q /opt/falcon "$elsewhere/usr/lib/systemd/system/$unit_name" ||
  fail "--prefix is not followed"
"$repository/deploy/systemd/install.sh" --prefix relative >/dev/null 2>&1 && fail "a relative --prefix was taken"
rm -rf "$elsewhere"
ok "--prefix is followed"

# ---- the unit. systemd-analyze ends with 0 when it only has a warning to tell, so it must say nothing at all.
cp -rn /usr/lib/systemd/system/. "$root/usr/lib/systemd/system/"
mkdir -p "$root/usr/bin"
ln -sf "$(command -v find)" "$root/usr/bin/find"
verify() { systemd-analyze verify --root="$root" "$unit_name" 2>&1; }
said=$(verify) && [ -z "$said" ] || fail "systemd-analyze verify" "$said"
ok "systemd-analyze verify has nothing to say"

exposure() {
  systemd-analyze security --offline=true --root="$root" --threshold=30 "$unit_name" 2>&1 | tail -1 |
    grep -o 'for falcon-inference.service: [0-9.]*' | grep -o '[0-9.]*$'
}
systemd-analyze security --offline=true --root="$root" --threshold=30 "$unit_name" >/dev/null ||
  fail "the exposure is $(exposure || true), more than 3"
ok "exposure $(exposure || true) of at most 3"

# Controls: each of these edits must be seen.
cp "$unit" "$root/unit"
broken() { # what, sed expression
  sed "$2" "$root/unit" >"$unit"
  ! cmp -s "$unit" "$root/unit" || fail "control '$1' changes nothing"
  if said=$(verify) && [ -z "$said" ] &&
    systemd-analyze security --offline=true --root="$root" --threshold=30 "$unit_name" >/dev/null 2>&1; then
    fail "control '$1' was not seen"
  fi
  cp "$root/unit" "$unit"
}
broken "misspelt key" 's/^Restart=/Restrat=/'
broken "wrong value" 's/^ProtectSystem=strict/ProtectSystem=stricter/'
broken "wrong time" 's/^TimeoutStopSec=45/TimeoutStopSec=fortyfive/'
broken "missing program" 's|^ExecStart=/opt/falcon/bin/falcon|ExecStart=/opt/falcon/bin/flacon|'
broken "unknown system call group" 's/^SystemCallFilter=@system-service/SystemCallFilter=@system-services/'
broken "no sandbox" '/^\(Private\|Protect\|Restrict[A-Z]\|Capability\|SystemCall\|NoNew\)/d'
ok "6 broken copies of the unit were seen"

# ---- figures that must fit each other
value() { sed -n "s/^$1=//p" "$unit"; }
default() { sed -n "s/^| \`$1\` |[^|]*|[^|]*| \`\([0-9]*\)\` |.*/\1/p" "$repository/docs/REFERENCE.md"; }
drain=$(default GRACEFUL_SHUTDOWN_TIMEOUT_SECONDS)
(($(value TimeoutStopSec) > drain + 5)) || fail "TimeoutStopSec leaves no time after a drain of $drain s"
[ "$(value SuccessExitStatus)" = 143 ] || fail "143 must count as success"
for status in 2 78; do
  [[ " $(value RestartPreventExitStatus) " == *" $status "* ]] || fail "exit status $status would be tried for ever"
done
sed -n 's/^Environment="\{0,1\}\([A-Z_0-9]*\)=.*/\1/p; /^#\{0,1\}[A-Z]/s/^#\{0,1\}\([A-Z_0-9]*\)=.*/\1/p' "$unit" \
  "$repository/deploy/systemd/falcon.env.example" | grep -vE '^(JAVA_OPTS|JAVA25_HOME)$' | grep -E '^[A-Z0-9_]+$' | sort -u |
  while read -r name; do
    grep -qF "\`${name%_FILE}\`" "$repository/docs/REFERENCE.md" || fail "$name is no setting"
  done
ok "drain, stop time, exit statuses and settings fit"

# ---- the installed worker, with the environment that systemd would give it; not as root where that can be had
mkdir -p "$root/var/lib/falcon/spool" "$root/var/cache/falcon"
environment=(PATH=/usr/local/bin:/usr/bin:/bin LANG=C.UTF-8 USER=falcon LOGNAME=falcon HOME=/var/lib/falcon
  INVOCATION_ID=0123456789abcdef JOURNAL_STREAM=8:1 SYSTEMD_EXEC_PID=1 STATE_DIRECTORY=/var/lib/falcon
  CACHE_DIRECTORY=/var/cache/falcon)
while IFS= read -r line; do
  environment+=("$line")
done < <(sed -n 's/^Environment="\{0,1\}\([^"]*\)"\{0,1\}$/\1/p' "$unit" | sed "s#=/\(opt\|var\)/#=$root/\1/#g"
  sed -n '/^[A-Z]/p' "$env_file")
# What only a test needs. The heap is bounded here because no MemoryMax is in force.
environment+=(HOST=127.0.0.1 PORT=0 DRAIN_GRACE_SECONDS=1)
environment=("${environment[@]/#JAVA_OPTS=/JAVA_OPTS=-XX:MaxRAM=1536m }")
as=()
if [ "$(id -u)" = 0 ]; then
  chown -R 65534:65534 "$root/var"
  as=(setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set=-all --no-new-privs)
fi
(cd "$root/var/lib/falcon" && exec env -i "${environment[@]}" "${as[@]}" "$root/opt/falcon/bin/falcon" serve) \
  >"$root/worker.out" 2>&1 &
worker=$!
port=
for _ in $(seq 300); do
  port=$(jq -rR 'fromjson? | select(.event == "ready") | .port' "$root/worker.out")
  [ -z "$port" ] || break
  kill -0 "$worker" 2>/dev/null || fail "the worker did not start" "$(cat "$root/worker.out")"
  sleep 0.1
done
[ -n "$port" ] || fail "the worker was not ready within 30 s" "$(cat "$root/worker.out")"
[ "$(curl -sS -m 5 "http://127.0.0.1:$port/readyz" | jq .ready)" = true ] || fail "the worker is not ready"
answer=$(curl -sS -m 5 -H 'Content-Type: application/json' -d '{"text":"a fine film"}' "http://127.0.0.1:$port/infer")
[ "$(jq -r .prediction <<<"$answer")" = positive ] || fail "the worker does not answer" "$answer"
ls "$root"/var/cache/falcon/sqlite-* >/dev/null || fail "native code was not unpacked to the cache folder"
kill -TERM "$worker"
status=0
wait "$worker" || status=$?
worker=
[ "$status" = 143 ] || fail "SIGTERM ended the worker with $status, not 143" "$(cat "$root/worker.out")"
plain=$(jq -rR '. as $line | try (fromjson | select(type != "object") | $line) catch $line' "$root/worker.out")
[ -z "$plain" ] || fail "not every line is JSON" "$plain"
[ -s "$root/var/lib/falcon/inference.db" ] || fail "there is no inference log"
ok "the installed worker starts, answers, drains and ends with 143; every line is JSON"
[ "${1:-}" = --really ] || exit 0

# ---- under a real systemd
container=falcon-systemd-check-$$
docker run -d --name "$container" --cap-add SYS_ADMIN --security-opt seccomp=unconfined --security-opt apparmor=unconfined \
  --network none --cgroupns=private --tmpfs /run --tmpfs /tmp -v /usr:/usr:ro -e container=docker debian:bookworm-slim \
  /lib/systemd/systemd --system --show-status=false systemd.unit=multi-user.target >/dev/null
inside() { docker exec "$container" "$@"; }
for _ in $(seq 50); do
  inside systemctl is-system-running 2>/dev/null | grep -qE 'running|degraded' && break
  sleep 0.2
done
docker cp -q "$root/opt/falcon" "$container:/opt/falcon"
docker cp -q "$unit" "$container:/etc/systemd/system/$unit_name"
docker cp -q "$root/etc/falcon" "$container:/etc/falcon"
inside mkdir -p /etc/sysusers.d "/etc/systemd/system/$unit_name.d"
docker cp -q "$root/usr/lib/sysusers.d/falcon-inference.conf" "$container:/etc/sysusers.d/"
inside sh -c "systemd-sysusers 2>/dev/null; chown -R root:falcon /etc/falcon
  printf '[Service]\nPrivateUsers=no\nEnvironment=\"JAVA_OPTS=%s -XX:MaxRAM=1536m\"\n' \
    '$(value Environment | sed -n 's/"JAVA_OPTS=\(.*\)"/\1/p')' >/etc/systemd/system/$unit_name.d/container.conf
  systemctl daemon-reload"
shown() { inside systemctl show "$unit_name" -p "$1" --value; }
journal() { inside journalctl -u "$unit_name" -o cat --no-pager; }
ready() {
  for _ in $(seq 150); do
    inside curl -sf -m 2 http://127.0.0.1:8000/readyz >/dev/null 2>&1 && return
    sleep 0.2
  done
  fail "not ready under systemd" "$(journal)"
}
inside systemctl start "$unit_name" || fail "systemctl start" "$(journal)"
ready
answer=$(inside curl -sS -m 5 -H 'Content-Type: application/json' -d '{"text":"a fine film"}' http://127.0.0.1:8000/infer)
[ "$(jq -r .prediction <<<"$answer")" = positive ] || fail "the service does not answer" "$answer"
inside grep -qE '^CapEff:\s+0+$' "/proc/$(shown MainPID)/status" || fail "the service has capabilities"
inside grep -qE '^Seccomp:\s+2$' "/proc/$(shown MainPID)/status" || fail "no system call is filtered"
ok "under systemd: ready, answers, no capability, system calls filtered"

inside kill -9 "$(shown MainPID)"
sleep 1
ready
[ "$(shown NRestarts)" = 1 ] || fail "killed, it was restarted $(shown NRestarts) times"
[ "$(inside sh -c 'ls /var/cache/falcon/*.so | wc -l')" = 1 ] || fail "unpacked native code heaps up"
ok "under systemd: restarted after kill -9, and its unpacked native code was cleared away"

inside systemctl stop "$unit_name"
[ "$(shown Result)/$(shown ActiveState)" = success/inactive ] || fail "the stop ended as $(shown Result)" "$(journal)"
journal | grep -q '"message":"drained"' || fail "the stop did not drain" "$(journal)"
ok "under systemd: a stop drains and counts as success"

inside sh -c 'echo PORT=many >>/etc/falcon/falcon.env'
inside systemctl start "$unit_name" || true
for _ in $(seq 50); do
  [ "$(shown ActiveState)" != failed ] || break
  sleep 0.2
done
sleep 6 # longer than RestartSec
[ "$(shown ActiveState)/$(shown ExecMainStatus)/$(shown NRestarts)" = failed/78/0 ] ||
  fail "a wrong setting ended as $(shown ActiveState)/$(shown ExecMainStatus), restarts $(shown NRestarts)" "$(journal)"
ok "under systemd: a wrong setting ends with 78 and is not tried again"
