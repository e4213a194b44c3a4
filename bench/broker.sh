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
ms = lambda us: f"{us / 1000:7.2f} ms"
added = m["broker_median_us"] - m["direct_median_us"]
print(f"direct        median {ms(m["direct_median_us"])}   p99 {ms(m["direct_p99_us"])}   {m["direct_per_second"]:7.0f}/s at {m["clients"]} clients")
print(f"by the broker median {ms(m["broker_median_us"])}   p99 {ms(m["broker_p99_us"])}   {m["broker_per_second"]:7.0f}/s at {m["clients"]} clients")
print(f"added         median {ms(added)}   ratio of throughput {m["broker_per_second"] / m["direct_per_second"]:.2f}")'
