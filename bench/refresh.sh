#!/usr/bin/env bash
# CALLERS at each of three brokers, all at once, need one token that has just expired: how often it is refreshed, how
# long they wait, and how long they do where it has not expired. Then ROUNDS in each of which the token expires under
# 60 callers, and in one of a hundred the answer to the refresh is lost on the way, at an app that takes a used token
# again for a while.
# usage: bench/refresh.sh [CALLERS] [ROUNDS]
set -euo pipefail
cd "$(dirname "$0")/.."
[ -d tests/providers/node_modules ] || { echo "run ./dev test once, which installs oidc-provider" >&2; exit 1; }
export CALLERS=${1:-10000} ROUNDS=${2:-200}
ulimit -n "$(ulimit -Hn)"
cargo nextest run --locked --cargo-profile measure -p tests --run-ignored only --no-capture crowd::callers_of_one_expiring_token 2>&1 |
  tee /dev/stderr | grep '^{' | python3 -c '
import json, sys
m = json.loads(sys.stdin.read())
print("%d callers at once, token fresh:   median %6d ms   p99 %6d ms   %d failed" % (m["callers"], m["fresh_median_ms"], m["fresh_p99_ms"], m["fresh_failed"]))
print("%d callers at once, token expired: median %6d ms   p99 %6d ms   %d failed   %d refreshes" % (m["callers"], m["expired_median_ms"], m["expired_p99_ms"], m["expired_failed"], m["refreshes"]))
print("%d rounds of %d callers, %d answers lost: p99 %d ms in half of them, %d ms in the worst; %d refreshes, %d failed; then %s" % (m["rounds"], m["round_callers"], m["lost_answers"], m["round_p99_median_ms"], m["round_p99_worst_ms"], m["round_refreshes"], m["round_failed"], m["state"]))'
