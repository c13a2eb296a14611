#!/usr/bin/env bash
# Makes what the compose stack needs and git must not hold: generated passwords in secrets/, and .env from .env.example.
# What exists is left alone. The files are readable by all because workers run as a user of their own; the folder is not.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

mkdir -p secrets
chmod 700 secrets
for name in redis_password postgres_password grafana_password; do
  if [ ! -s "secrets/$name" ]; then
    head -c 24 /dev/urandom | base64 | tr -d '/+=\n' > "secrets/$name"
    echo "Generated secrets/$name"
  fi
  chmod 644 "secrets/$name"
done
for name in alert_webhook_url watchdog_webhook_url; do
  if [ ! -s "secrets/$name" ]; then
    # The front door takes them, logs that they came, and tells nobody.
    printf 'http://nginx:8081/alerts' > "secrets/$name"
    echo "Alerts reach nobody yet: write your webhook's address into secrets/$name"
  fi
  chmod 644 "secrets/$name"
done
if [ ! -e .env ]; then
  cp .env.example .env
  echo "Made .env"
fi
