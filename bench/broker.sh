#!/usr/bin/env bash
# What the broker adds to a call to a connected app: the same read of the example tracker, directly
# and through the broker, one after another and CLIENTS at a time.
# usage: bench/broker.sh [CALLS] [CLIENTS]
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --release --quiet -p tests --example broker
target/release/examples/broker "${1:-2000}" "${2:-4}" | python3 -c '
import json, sys
m = json.load(sys.stdin)
def row(name, way):
    median, p99, rate = m[way + "_median_us"], m[way + "_p99_us"], m[way + "_per_second"]
    print("%-14s median %6.2f ms   p99 %6.2f ms   %6.0f/s at %d clients" % (name, median / 1000, p99 / 1000, rate, m["clients"]))
row("direct", "direct")
row("by the broker", "broker")
added = m["broker_median_us"] - m["direct_median_us"]
print("added          median %6.2f ms   ratio of throughput %.2f" % (added / 1000, m["broker_per_second"] / m["direct_per_second"]))'
