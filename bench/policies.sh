#!/usr/bin/env bash
# Drops each policy of the schema in turn and tells after how many random operations of two tenants the
# fuzzer misses it (tests/src/fuzz), or that a new tenant's first hour does not come to its end.
# Usage: bench/policies.sh
set -euo pipefail
cd "$(dirname "$0")/.."
exec cargo nextest run --locked -p tests --run-ignored only --no-capture fuzz::tests::each_policy_is_missed
