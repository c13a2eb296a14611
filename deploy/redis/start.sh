#!/bin/sh
# Starts Redis with the password of the secret file, which thus stands on no command line and in no environment.
set -eu
umask 077
printf 'requirepass %s\n' "$(cat /run/secrets/redis_password)" > /run/redis/password.conf
chown redis:redis /run/redis/password.conf 2> /dev/null || true
exec docker-entrypoint.sh redis-server /etc/falcon-redis/redis.conf "$@"
