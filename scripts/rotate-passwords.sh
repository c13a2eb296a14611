#!/usr/bin/env bash
# New passwords for Redis and PostgreSQL without a restart: workers read their files again at each new connection, and open
# ones stay. Redis takes both passwords until the file is written. Nothing stands on a command line.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
umask 077
fresh() { head -c 24 /dev/urandom | base64 | tr -d '/+=\n'; }

old=$(cat secrets/redis_password)
new=$(fresh)
# redis-cli exits with 0 whatever the answer is.
[ "$(printf 'ACL SETUSER default >%s\n' "$new" | docker exec -i falcon-redis redis-cli)" = OK ] || { echo "Redis took no new password" >&2; exit 1; }
# In place: the containers hold this very file.
printf '%s' "$new" > secrets/redis_password
printf 'ACL SETUSER default <%s\n' "$old" | docker exec -i falcon-redis redis-cli | grep -qx OK
echo "Redis has a new password"

new=$(fresh)
printf "ALTER USER falcon PASSWORD '%s';\n" "$new" | docker exec -i falcon-postgres psql -q -v ON_ERROR_STOP=1 -U falcon -d falcon_inference
printf '%s' "$new" > secrets/postgres_password
echo "PostgreSQL has a new password"
