-- Lets the workers see how full the disk of the data directory is: whoever reads this table runs df on the server, in the data
-- directory, where a server process works. It writes nothing, so it also works on a full disk. Run at the first start of an
-- empty volume, and by hand, as a superuser, for a server that has it not (docs/RUNBOOK.md, DatabaseDiskFilling):
--   docker exec -i falcon-postgres psql -U falcon -d falcon_inference < deploy/postgres/database-disk.sql
-- Where the extension cannot be had, an ordinary table or view of that name and these columns does, if its newest row is
-- never older than five minutes.
\set ON_ERROR_STOP on
BEGIN;
CREATE EXTENSION IF NOT EXISTS file_fdw;
CREATE SERVER IF NOT EXISTS falcon_disk FOREIGN DATA WRAPPER file_fdw;
DROP FOREIGN TABLE IF EXISTS database_disk;
CREATE FOREIGN TABLE database_disk (
    total_bytes bigint,
    free_bytes  bigint, -- for the server, without what is kept for root
    measured_at timestamptz
) SERVER falcon_disk OPTIONS (format 'csv', program
    'df -Pk . | awk ''NR == 2 { printf "%.0f,%.0f,", $2 * 1024, $4 * 1024 }''; date -u +%Y-%m-%dT%H:%M:%SZ');
GRANT SELECT ON database_disk TO PUBLIC;
COMMIT;
