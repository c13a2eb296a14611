#!/usr/bin/env bash
# Installs the worker as the service falcon-inference, from a checkout that was built (`make build`). May be run again: it
# replaces the program and the unit, and keeps /etc/falcon/falcon.env and models that are there. It does not restart a
# running service and does not enable a new one; it says what to do next.
#
#   --prefix DIR   where the program goes (/opt/falcon)
#   --root DIR     install below DIR instead of /: for packages and tests; nothing of this machine is changed
#   --aot          record the AOT cache even below --root (only useful where that tree is run in place)
#   --no-aot       do not record it
#
# Exit status: 0 installed, 1 not, 2 wrong usage.
set -euo pipefail

source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
prefix=/opt/falcon
root=
aot=auto

fail() {
  echo "install: $1" >&2
  exit "${2:-1}"
}

while (($# > 0)); do
  case $1 in
    --prefix | --root)
      [ -n "${2:-}" ] || fail "$1 needs a folder" 2
      declare "${1#--}=${2%/}"
      shift
      ;;
    --aot) aot=yes ;;
    --no-aot) aot=no ;;
    -h | --help)
      sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"
      exit 0
      ;;
    *) fail "unknown option $1, see --help" 2 ;;
  esac
  shift
done
[[ $prefix == /* ]] || fail "--prefix must be an absolute path: $prefix" 2
[[ $prefix =~ ^[A-Za-z0-9._/-]+$ ]] || fail "--prefix may hold letters, digits and . _ - / only: $prefix" 2

jar=$source/falcon/target/falcon.jar
[ -f "$jar" ] || fail "$jar does not exist; run 'make build' first"
[ "$(id -u)" = 0 ] || [ -n "$root" ] || fail "must be root to install to /"

target=$root$prefix
etc=$root/etc/falcon

# The user first, as the env file belongs to its group. The same way for / and for a tree: no shell, no home of its own.
install -d -m 755 "$root/etc" "$root/usr/lib/sysusers.d" "$root/usr/lib/systemd/system"
cat >"$root/usr/lib/sysusers.d/falcon-inference.conf" <<'CONF'
u falcon - "Falcon inference worker" /var/lib/falcon
CONF
group=0
if command -v systemd-sysusers >/dev/null && { [ "$(id -u)" = 0 ] || [ -z "$root" ]; }; then
  systemd-sysusers ${root:+--root="$root"} falcon-inference.conf
  group=$(awk -F: '$1 == "falcon" {print $3}' "$root/etc/group")
elif [ -z "$root" ]; then
  id falcon >/dev/null 2>&1 || useradd --system --user-group --no-create-home --home-dir /var/lib/falcon \
    --shell /usr/sbin/nologin falcon
  group=$(id -g falcon)
fi

# A library of an earlier version must not stay beside the new ones, so the whole folder is exchanged. A running worker
# has its files open and goes on with the old ones.
install -d -m 755 "$target" "$target/bin" "$target/scripts"
rm -rf "$target/lib.new"
cp -r "$source/falcon/target/lib" "$target/lib.new"
rm -rf "$target/lib"
mv "$target/lib.new" "$target/lib"
install -m 644 "$jar" "$target/falcon.jar.new"
mv "$target/falcon.jar.new" "$target/falcon.jar"
rm -f "$target/falcon.aot"
install -m 755 "$source/bin/falcon" "$target/bin/falcon"
install -m 755 "$source/scripts/record-aot.sh" "$target/scripts/record-aot.sh"

# Models are data of this machine once they are there: `falcon train` or an operator may have put others.
if [ -d "$target/models" ]; then
  echo "Kept $prefix/models"
else
  cp -r "$source/models" "$target/models"
fi
chmod -R u=rwX,go=rX "$target/lib" "$target/models"

install -d -m 750 "$etc"
if [ -f "$etc/falcon.env" ]; then
  echo "Kept /etc/falcon/falcon.env"
else
  install -m 640 "$source/deploy/systemd/falcon.env.example" "$etc/falcon.env"
  jdk=${JAVA25_HOME:-$(cat "$source/target/java-home" 2>/dev/null || true)}
  if [ -n "$jdk" ]; then
    printf '\n# Found by install.sh.\nJAVA25_HOME=%s\n' "$jdk" >>"$etc/falcon.env"
    [[ ! $jdk =~ ^/(home|root|run/user)/ ]] || echo "install: the unit cannot see $jdk (ProtectHome)" >&2
  fi
fi
chmod 640 "$etc/falcon.env"
if [ "$(id -u)" = 0 ]; then
  chown "0:$group" "$etc" "$etc/falcon.env"
fi

unit=$root/usr/lib/systemd/system/falcon-inference.service
sed "s|/opt/falcon/|$prefix/|g" "$source/deploy/systemd/falcon-inference.service" >"$unit.new"
chmod 644 "$unit.new"
mv "$unit.new" "$unit"

# A cache holds the paths of the jars it was recorded from: below --root it is of no use unless the tree is run there.
if [ "$aot" = yes ] || { [ "$aot" = auto ] && [ -z "$root" ]; }; then
  JAVA25_HOME=${JAVA25_HOME:-$(sed -n 's/^JAVA25_HOME=//p' "$etc/falcon.env" | tail -1)} \
    "$target/scripts/record-aot.sh" || echo "install: no AOT cache; starts take twice the time" >&2
fi

echo "Installed $prefix, falcon-inference.service and /etc/falcon/falcon.env${root:+ below $root}"
if [ -z "$root" ]; then
  ! command -v systemctl >/dev/null || systemctl daemon-reload 2>/dev/null || true
  echo "Next: edit /etc/falcon/falcon.env, then 'systemctl enable --now falcon-inference' (or restart it)"
fi
