#!/usr/bin/env bash
# Describes every checked query on a freshly migrated database and writes what it found to .sqlx, or,
# with --check, compares. Needs nothing that is built from the crates: they do not build while a query
# is new.
set -euo pipefail
cd "$(dirname "$0")/.."
binaries=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
folder=$(mktemp -d); found=$PWD/target/queries
as=(); if [ "$(id -u)" = 0 ]; then
  as=(setpriv --reuid postgres --regid postgres --clear-groups); chown postgres "$folder"
fi
server() { (cd "$folder" && "${as[@]}" "$binaries/pg_ctl" -D "$folder/data" -s -w "$@"); }
trap 'server stop -m immediate || true; rm -rf "$folder"' EXIT

"${as[@]}" "$binaries/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >/dev/null
server start -l "$folder/log" -o "-c listen_addresses='' -k $folder -c fsync=off"
{
  cat crates/db/roles/roles.sql
  echo 'create database queries;' '\connect queries'
  cat crates/db/roles/database.sql
  for migration in crates/db/migrations/*.sql; do
    printf 'begin; set local role countersign_owner;\n'; cat "$migration"; printf '\ncommit;\n'
  done
} | "$binaries/psql" -h "$folder" -U postgres -q -v ON_ERROR_STOP=1 -o /dev/null postgres 2> >(grep -v NOTICE >&2)

rm -rf "$found"; mkdir -p "$found"
packages=()
while read -r package; do
  packages+=(-p "$package")
  touch "crates/$package/src/lib.rs" # the macros run when their crate is compiled
done < <(grep -rl 'sqlx::query' crates/*/src | cut -d/ -f2 | sort -u)
DATABASE_URL="postgres://postgres@localhost/queries?host=$folder" SQLX_OFFLINE=false SQLX_OFFLINE_DIR=$found \
  cargo check --quiet --locked "${packages[@]}"

if [ "${1:-}" = --check ]; then
  diff -rq .sqlx "$found" >&2 || { echo 'error: .sqlx is not up to date: run ./dev sqlx' >&2; exit 1; }
else
  rm -rf .sqlx; cp -r "$found" .sqlx
  echo "$(find .sqlx -name '*.json' | wc -l) queries described in .sqlx"
fi
