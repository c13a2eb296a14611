#!/bin/sh
# Follows the workers by their names: once a second it asks for their addresses and each of these for /readyz. Requests go
# to those that are ready; where that list changes, the upstreams are written anew and nginx is reloaded. So a worker that
# drains or still warms up gets nothing, whatever its address. Replicas of worker-extra share one name, so one name may have
# many addresses. Run as `follow-workers.sh start` it does so once, goes on in the background and becomes nginx.
set -eu

RUN=/run/falcon
NAMES=${FALCON_WORKERS:-"worker-1 worker-2 worker-3 worker-extra"}
# Always there, so that /metrics tells of one that is missing.
EXPECTED=${FALCON_WORKERS_EXPECTED:-"worker-1 worker-2 worker-3"}
PORT=${FALCON_WORKER_PORT:-8000}

say() {
    printf '{"timestamp":"%s","logger":"follow-workers","level":"%s","event":"%s","message":"%s"}\n' \
        "$(date -u +%Y-%m-%dT%H:%M:%S.000Z)" "$1" "$2" "$3"
}

# Lines "NAME ADDRESS", sorted. A name that does not resolve within two seconds has none.
look_up() {
    for name in $NAMES; do
        { timeout 2 getent ahostsv4 "$name" 2> /dev/null || true; } \
            | awk -v name="$name" '$2 == "STREAM" { print name, $1 }' > "$RUN/found.$name" &
    done
    wait
    for name in $NAMES; do
        cat "$RUN/found.$name"
    done | sort -u
}

# Of the lines in $1 those whose worker is ready. One that hangs keeps its place, if it had one: nginx finds out by itself
# (max_fails), and a busy machine must not empty the list.
ready() {
    while read -r name address; do
        {
            status=$(curl -s -o /dev/null -m 0.9 -w '%{http_code} %{exitcode}' "http://$address:$PORT/readyz" || true)
            case $status in
                "200 "*) echo "$name $address" ;;
                *" 28") grep -x "$name $address" "$RUN/workers" 2> /dev/null || true ;;
            esac > "$RUN/ready.$address"
        } &
    done < "$1"
    wait
    while read -r name address; do
        cat "$RUN/ready.$address"
        rm -f "$RUN/ready.$address"
    done < "$1"
}

write_upstreams() {
    echo "upstream workers {"
    echo "    zone workers 512k;"
    echo "    least_conn;"
    # Ten failures in a row of less than two seconds each between them: left out for two seconds, then tried with one request.
    while read -r name address; do
        echo "    server $address:$PORT max_fails=10 fail_timeout=2s; # $name"
    done < "$1"
    # When every worker has been left out, asking one of them beats refusing everybody.
    while read -r name address; do
        echo "    server $address:$PORT max_fails=0 backup; # $name"
    done < "$1"
    if [ ! -s "$1" ]; then
        echo "    server 127.0.0.1:9 max_fails=0; # nobody is ready: the port refuses, the front door answers 503"
    fi
    echo "    keepalive 256;"
    # Shorter than a worker's CLIENT_IDLE_TIMEOUT_SECONDS, so that it is always nginx that closes.
    echo "    keepalive_timeout 60s;"
    echo "    keepalive_requests 1000000;"
    echo "}"
}

write_page() {
    while read -r name address; do
        echo "# worker $name at $address:$PORT"
        echo "<!--# include virtual=\"/worker-metrics/$name/$address:$PORT\" -->"
    done < "$1"
    for name in $EXPECTED; do
        grep -q "^$name " "$1" || echo "# worker $name has no address"
    done
}

# Looks once; writes what was found: found, the page for /metrics, and workers.new, who is ready.
look() {
    look_up > "$RUN/found.new"
    mv "$RUN/found.new" "$RUN/found"
    ready "$RUN/found" > "$RUN/workers.new"
    write_page "$RUN/found" > "$RUN/pages/metrics.new"
    mv "$RUN/pages/metrics.new" "$RUN/pages/metrics"
}

# Takes workers.new into the configuration.
take() {
    write_upstreams "$RUN/workers.new" > "$RUN/upstreams.conf.new"
    mv "$RUN/upstreams.conf.new" "$RUN/upstreams.conf"
    mv "$RUN/workers.new" "$RUN/workers"
}

told() {
    awk '{ printf "%s%s=%s", sep, $1, $2; sep = " " }' "$RUN/workers"
}

follow() {
    gone=0
    while sleep 1; do
        look
        if cmp -s "$RUN/workers.new" "$RUN/workers"; then
            continue
        fi
        if [ -s "$RUN/found" ]; then
            gone=0
        else
            gone=$((gone + 1))
        fi
        # Nobody is ready: whoever was asked last refuses with a better reason than nginx. Only where no name has had an address
        # three times running (a name server may miss one) are they gone, and nginx refuses at once.
        if [ ! -s "$RUN/workers.new" ] && [ "$gone" -lt 3 ]; then
            continue
        fi
        take
        if nginx -t -q && nginx -s reload; then
            say INFO workers_changed "$(told)"
        else
            say ERROR reload_failed "$(told)"
            : > "$RUN/workers"
        fi
    done
}

case ${1:-} in
    start)
        mkdir -p "$RUN/pages"
        : > "$RUN/workers"
        look
        take
        say INFO workers_found "$(told)"
        # A follower that dies is started again: its death must not freeze the list.
        (while :; do follow || say ERROR follower_died "starting it again"; sleep 1; done) &
        exec nginx -g "daemon off;"
        ;;
    *)
        echo "usage: $0 start" >&2
        exit 2
        ;;
esac
