#!/usr/bin/env bash
# Drops each policy of the schema in turn and tells after how many random operations of two tenants the
# fuzzer misses it (tests/src/fuzz), or where a tenant's first hour does not come to its end, or which control
# falls. Takes about an hour.
# Usage: bench/policies.sh [FROM]
# FROM: the first policy, as schema.table.policy, of those in their order; what was told of the others stands.
set -euo pipefail
cd "$(dirname "$0")/.."
export RUST_BACKTRACE=0 POLICIES_FROM=${1:-}
exec cargo nextest run --locked -p tests --run-ignored only --no-capture fuzz::tests::each_policy_is_missed
