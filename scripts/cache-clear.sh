#!/usr/bin/env bash
# Removes cached answers from Redis and nothing else: idempotency keys are promised for a day, so never FLUSHDB. What the
# workers hold themselves goes with CACHE_TTL_SECONDS or a restart.
set -euo pipefail
docker exec falcon-redis sh -c 'redis-cli --scan --pattern "falcon:answer:*" --count 1000 | xargs -r -n 500 redis-cli UNLINK' \
  | awk '{ removed += $NF } END { print removed + 0, "answers removed" }'
