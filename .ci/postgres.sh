#!/usr/bin/env bash
# Starts a PostgreSQL for the tests and prints the line that exports its URL:
#
#   eval "$(.ci/postgres.sh)"
#
# Installs PostgreSQL by apt-get if there is none. The cluster lives in a temporary folder, listens on a loopback port
# only, and does without fsync: its data needn't survive anything. Called again, it finds the running server. To be
# rid of it: `.ci/postgres.sh stop`. STACK_TEST_POSTGRES_DIR puts it elsewhere.
set -euo pipefail

dir="${STACK_TEST_POSTGRES_DIR:-${TMPDIR:-/tmp}/stack-test-postgres-$(id -u)}"
say() { echo "$*" >&2; }

# The newest PostgreSQL that is installed; Debian keeps its programs out of PATH.
find_bin() {
    local found
    found="$(find /usr/lib/postgresql -path '*/bin/initdb' 2>/dev/null | sort -V | tail -n 1)"
    [[ -n "$found" ]] || found="$(command -v initdb || true)"
    [[ -n "$found" ]] && dirname "$(readlink -f "$found")"
}

install() {
    command -v apt-get >/dev/null || { say "PostgreSQL is not installed, and there is no apt-get"; exit 1; }
    local sudo=()
    [[ "$(id -u)" == 0 ]] || sudo=(sudo)
    say "installing PostgreSQL"
    local apt=("${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get)
    "${apt[@]}" update -qq >&2
    # Otherwise Debian's package would create and start a cluster of its own.
    "${apt[@]}" install -y -qq --no-install-recommends postgresql-common >&2
    "${sudo[@]}" sed -i 's/^#\?create_main_cluster .*/create_main_cluster = false/' \
        /etc/postgresql-common/createcluster.conf
    "${apt[@]}" install -y -qq --no-install-recommends postgresql >&2
}

# PostgreSQL refuses to run as root.
as_owner() {
    if [[ "$(id -u)" == 0 ]]; then
        (cd / && setpriv --reuid=postgres --regid=postgres --init-groups -- "$@")
    else
        "$@"
    fi
}

free_port() {
    local port
    for port in $(shuf -i 20000-29999 -n 50); do
        # A port is free if nobody answers there.
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
    done
    say "no free port found"
    return 1
}

is_running() { [[ -f "$dir/port" ]] && as_owner "$bin/pg_ctl" -D "$dir/data" status >/dev/null 2>&1; }

start() {
    local port
    mkdir -p "$dir"
    if [[ "$(id -u)" == 0 ]]; then
        id postgres >/dev/null 2>&1 || useradd --system --no-create-home postgres
        chown postgres: "$dir"
    fi
    chmod 700 "$dir"
    if [[ ! -f "$dir/data/PG_VERSION" ]]; then
        say "creating a PostgreSQL cluster in $dir"
        as_owner "$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C --no-sync >/dev/null
    fi
    port="$(free_port)"
    as_owner "$bin/pg_ctl" -D "$dir/data" -l "$dir/log" -w -o "-h 127.0.0.1 -p $port -k '' \
        -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=500 \
        -c shared_buffers=128MB" start >/dev/null ||
        { tail -n 20 "$dir/log" >&2; exit 1; }
    echo "$port" >"$dir/port"
}

bin="$(find_bin || true)"
case "${1:-start}" in
    start)
        [[ -n "$bin" ]] || { install; bin="$(find_bin)"; }
        # Two callers at once: the second waits and finds the server running.
        exec 9>"$dir.lock"
        flock 9
        # The server must not inherit the lock.
        is_running || start 9>&-
        echo "export STACK_TEST_POSTGRES_URL=postgres://postgres@127.0.0.1:$(cat "$dir/port")/postgres"
        ;;
    stop)
        if [[ -n "$bin" ]] && is_running; then
            as_owner "$bin/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null
        fi
        rm -rf "$dir" "$dir.lock"
        ;;
    *)
        say "usage: .ci/postgres.sh [start|stop]"
        exit 2
        ;;
esac
