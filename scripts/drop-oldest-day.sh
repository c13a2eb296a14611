#!/usr/bin/env bash
# Removes the oldest day of the inference log, for a disk that is full; its rows are gone for good. Never today's or a later
# one. It waits at most 5 s for the table's lock, so it holds nobody up. Needs a little room: docs/RUNBOOK.md says how to
# make some.
set -euo pipefail
docker exec -i falcon-postgres psql -qAt -v ON_ERROR_STOP=1 -U falcon -d falcon_inference << 'SQL'
SET lock_timeout = '5s';
SELECT coalesce(min(relname::text), '') AS day, count(*) > 0 AS found
  FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
  WHERE inhparent = 'inference_logs'::regclass AND relname ~ '^inference_logs_p[0-9]{8}$'
    AND right(relname, 8) < to_char(now() AT TIME ZONE 'UTC', 'YYYYMMDD') \gset
\if :found
SELECT pg_size_pretty(pg_total_relation_size(:'day'::regclass)) AS size \gset
DROP TABLE :"day";
\echo dropped :day of :size
\else
\echo nothing dropped: there is no day before today
\endif
SQL
