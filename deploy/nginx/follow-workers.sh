#!/bin/sh
# Follows the workers by their names: once a second it asks for their addresses, and where these have changed it writes the
# upstreams and the list for /metrics anew and reloads nginx. Replicas of worker-extra share one name, so one name may have
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
        echo "    server 127.0.0.1:9 max_fails=0; # nobody: the port refuses, the front door answers 503"
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

# Takes the addresses in $1 into the configuration; the files change together or not at all.
take() {
    mkdir -p "$RUN/pages"
    write_upstreams "$1" > "$RUN/upstreams.conf.new"
    write_page "$1" > "$RUN/pages/metrics.new"
    mv "$RUN/upstreams.conf.new" "$RUN/upstreams.conf"
    mv "$RUN/pages/metrics.new" "$RUN/pages/metrics"
    mv "$1" "$RUN/workers"
}

follow() {
    while sleep 1; do
        look_up > "$RUN/workers.new"
        if cmp -s "$RUN/workers.new" "$RUN/workers"; then
            continue
        fi
        if [ ! -s "$RUN/workers.new" ]; then
            # Nobody at all is more likely a silent name server than a fleet that has gone.
            continue
        fi
        take "$RUN/workers.new"
        workers=$(awk '{ printf "%s%s=%s", sep, $1, $2; sep = " " }' "$RUN/workers")
        if nginx -t -q && nginx -s reload; then
            say INFO workers_changed "$workers"
        else
            say ERROR reload_failed "$workers"
            : > "$RUN/workers"
        fi
    done
}

case ${1:-} in
    start)
        mkdir -p "$RUN"
        look_up > "$RUN/workers.new"
        take "$RUN/workers.new"
        say INFO workers_found "$(awk '{ printf "%s%s=%s", sep, $1, $2; sep = " " }' "$RUN/workers")"
        # A follower that dies is started again: its death must not freeze the list.
        (while :; do follow || say ERROR follower_died "starting it again"; sleep 1; done) &
        exec nginx -g "daemon off;"
        ;;
    *)
        echo "usage: $0 start" >&2
        exit 2
        ;;
esac
