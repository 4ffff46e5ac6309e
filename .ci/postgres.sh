#!/usr/bin/env bash
# postgres.sh COMMAND...: runs COMMAND with DATABASE_URL naming a Postgres server that was made for it alone, on a free
# port of 127.0.0.1, and is gone afterwards, whatever ended this script. Its files go too, or with the next run when the
# script was killed outright.
set -u
cd "$(dirname "$0")/.." || exit 1
. .ci/say.sh

programs=${PG_BIN:-$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)}
programs=${programs:-$(dirname "$(command -v initdb || echo /nowhere/initdb)")}
if ! [ -x "$programs/initdb" ]; then
    say "no Postgres programs found: install the Debian package postgresql, or name their folder in PG_BIN" >&2
    exit 1
fi

# The folder carries this script's number, so that one whose script was killed outright is told from one in use.
folders=${TMPDIR:-/tmp}/signalbox-postgres
for old in "$folders"-*-*; do
    owner=${old#"$folders"-}
    owner=${owner%%-*}
    [[ $owner =~ ^[0-9]+$ ]] && ! [ -e "/proc/$owner" ] && rm -rf "$old"
done
place=$(mktemp -d "$folders-$$-XXXXXX")
server=
ended() {
    if [ -n "$server" ]; then
        kill -INT "$server" 2>/dev/null
        wait "$server" 2>/dev/null
    fi
    rm -rf "$place"
}
trap ended EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Postgres refuses root; what it owns it must also reach.
as=()
if [ "$(id -u)" = 0 ]; then
    user=$(id -un postgres 2>/dev/null || echo nobody)
    as=(setpriv "--reuid=$user" "--regid=$(id -gn "$user")" --init-groups)
fi
password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
printf '%s\n' "$password" >"$place/password"
[ "$(id -u)" = 0 ] && chown -R "$user" "$place"
if ! "${as[@]}" env HOME="$place" "$programs/initdb" -D "$place/data" -U signalbox --pwfile="$place/password" \
    --auth=scram-sha-256 -E UTF8 --locale=C.UTF-8 --no-sync >"$place/initdb.log" 2>&1; then
    tail -n 5 "$place/initdb.log" >&2
    say "initdb failed" >&2
    exit 1
fi

# Free now need not mean free in a moment, so a port that was lost is tried again with another.
for _ in 1 2 3 4 5 6 7 8; do
    port=$((20000 + RANDOM % 12000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && continue
    : >"$place/server.log"
    # setpriv is started last, and the server dies with this shell whatever happens to it.
    (cd "$place" && exec setpriv --pdeathsig=INT "${as[@]:1}" "$programs/postgres" -D "$place/data" -p "$port" \
        -h 127.0.0.1 -k '' -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=400) \
        >"$place/server.log" 2>&1 &
    server=$!
    while kill -0 "$server" 2>/dev/null && ! grep -q 'ready to accept connections' "$place/server.log"; do
        sleep 0.05
    done
    kill -0 "$server" 2>/dev/null && break
    wait "$server"
    server=
done
if [ -z "$server" ]; then
    tail -n 5 "$place/server.log" >&2
    say "a Postgres server for the tests could not be started" >&2
    exit 1
fi

export DATABASE_URL="postgres://signalbox:$password@127.0.0.1:$port/postgres"
"$@"
