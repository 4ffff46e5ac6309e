#!/usr/bin/env bash
# bench.sh [PART,...]: measures a release build in front of a simulated fleet and prints one table in Markdown; the parts
# are start, calls, idle, list, metrics, sse, storm, size and charts. DATABASE_URL names a Postgres server whose role may create
# databases (postgres.sh gives one); a database of its own is made and dropped.
# BENCH_ARGUMENTS holds more arguments, for example "--minutes 1 --clusters 20".
set -eu
cd "$(dirname "$0")/.."
. .ci/say.sh

say "building a release (the first time takes some minutes)"
# With its symbols, so that a profiler can name what is hot; the code is that of any release.
export CARGO_PROFILE_RELEASE_STRIP=none CARGO_PROFILE_RELEASE_DEBUG=line-tables-only
cargo build --release -p app -p testkit --bins
programs=$(dirname "$(built)")/release

name=signalbox_bench_$$
psql -q "$DATABASE_URL" -c "CREATE DATABASE $name"
trap 'psql -q "$DATABASE_URL" -c "DROP DATABASE IF EXISTS $name WITH (FORCE)"' EXIT
say "measuring; load average before: $(cut -d ' ' -f 1-3 /proc/loadavg), $(nproc) processors"
# Where a part is chosen, the others are left out.
# shellcheck disable=SC2086 # several arguments
DATABASE_URL=${DATABASE_URL%/*}/$name "$programs/fleet-bench" ${1:+--parts "$1"} ${BENCH_ARGUMENTS:-}
say "done"
