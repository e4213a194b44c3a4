#!/usr/bin/env bash
# Session, permission and API key checks over HTTP at 1, 16 and 64 clients, with CPU time for each (the
# server's and PostgreSQL's), beside Better Auth on the same PostgreSQL and the bare lookup by pgbench; then
# sign-ins, session checks beside ten times too many of them, and how soon an ended session is refused.
# usage: bench/identity.sh [SECONDS] [BINARY]
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-8}
binary=${2:-target/release/countersign}
[ $# -ge 2 ] || cargo build --release --quiet -p server
for program in wrk node npm python3; do
  command -v "$program" > /dev/null || { echo "$program is needed: apt-get install $program" >&2; exit 1; }
done
npm ci --prefix bench/identity --ignore-scripts --no-audit --no-fund --loglevel=error
work=$(mktemp -d); chmod 711 "$work"
trap 'rm -rf "$work"' EXIT
python3 bench/identity/measure.py "$(realpath "$binary")" "$work" "$seconds"
