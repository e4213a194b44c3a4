#!/usr/bin/env bash
# CPU seconds and peak memory of import and statistics, beside pm4py's default reader and the same
# figures, on the largest log at hand.
# usage: bench/insight.sh [LOG] [RUNS]     RUNS applies to ours; pm4py runs once, it takes long.
set -euo pipefail
cd "$(dirname "$0")/.."
log=${1:-$(ls -S ../shared/data/*.xes.gz examples/logs/*.xes.gz 2>/dev/null | head -n 1)}
runs=${2:-7}
[ -r "$log" ] || { echo "no log to measure: bench/insight.sh FILE" >&2; exit 1; }

cargo build --profile measure --quiet -p insight --example stats
ours=target/measure/examples/stats

venv=target/bench-venv
if ! "$venv/bin/python" -c 'import pm4py' 2>/dev/null >&2; then
  echo "installing pm4py into $venv" >&2
  python3 -m venv "$venv" && "$venv/bin/pip" install --quiet pm4py \
    || echo "SKIPPED: pm4py cannot be installed here, so there is no comparison" >&2
fi

python3 bench/insight/measure.py "$log" "$runs" "$ours" "$venv/bin/python"
