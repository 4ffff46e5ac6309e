#!/usr/bin/env bash
# sqlx.sh FOLDER: writes the query files of the store anew into FOLDER, from a database of the present migrations.
# DATABASE_URL names the Postgres server (postgres.sh gives one); a database of its own is made and dropped.
set -eu
cd "$(dirname "$0")/.."

mkdir -p "$1"
folder=$(cd "$1" && pwd)
find "$folder" -name 'query-*.json' -delete
name=signalbox_queries_$$
psql -q "$DATABASE_URL" -c "CREATE DATABASE $name"
trap 'psql -q "$DATABASE_URL" -c "DROP DATABASE IF EXISTS $name WITH (FORCE)"' EXIT
own=${DATABASE_URL%/*}/$name
for migration in migrations/*.sql; do
    psql -q -v ON_ERROR_STOP=1 -1 -f "$migration" "$own"
done
# A macro asks the database only while its crate is being compiled.
touch server/store/src/lib.rs
DATABASE_URL=$own SQLX_OFFLINE=false SQLX_OFFLINE_DIR=$folder cargo check --quiet -p store --all-targets
