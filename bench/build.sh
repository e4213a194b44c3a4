#!/usr/bin/env bash
# How long a clean clone takes to build what the demo needs, and to pass what CI runs.
# usage: bench/build.sh [--ci]
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
git clone --quiet . "$work/clone"
cd "$work/clone"
cargo fetch --locked --quiet
TIMEFORMAT='%R s of wall time, %U s of CPU time in user code'
echo "clean build on $(nproc) cores (dependencies downloaded before)"
time cargo build --locked --quiet -p server -p tracker -p demo
if [ "${1:-}" = --ci ]; then
  echo 'everything that CI runs, after that build'
  time .ci/run > "$work/ci.log" 2>&1 || { tail -n 40 "$work/ci.log"; exit 1; }
  tail -n 1 "$work/ci.log"
fi
