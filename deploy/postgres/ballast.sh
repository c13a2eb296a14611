#!/bin/sh
# Puts a file beside the database that holds room for the day when its disk is full: PostgreSQL cannot even start, nor drop
# an old partition, without some. docs/RUNBOOK.md says when it is removed. Run at the first start of an empty volume, and by
# hand afterwards: docker exec -u postgres falcon-postgres /docker-entrypoint-initdb.d/ballast.sh
set -eu
ballast=$PGDATA/ballast
[ -e "$ballast" ] || {
    # Noise, so that no file system saves it.
    head -c "${BALLAST_BYTES:-67108864}" /dev/urandom > "$ballast.new"
    mv "$ballast.new" "$ballast"
}
ls -l "$ballast"
