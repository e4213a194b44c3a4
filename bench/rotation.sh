#!/usr/bin/env bash
# How fast the master key rotates, and what those notice who are served meanwhile: CLIENTS who have the
# broker open the payload of a proposal, again and again, before the rotation and during it.
# usage: bench/rotation.sh [KEYS] [CLIENTS]
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --profile measure --quiet -p tests --example rotation
target/measure/examples/rotation "${1:-20000}" "${2:-4}" | python3 -c '
import json, sys
m = json.load(sys.stdin)
print("%d data keys wrapped anew in %.2f s: %.0f/s, while serving %d clients" % (m["keys"], m["seconds"], m["keys"] / m["seconds"], m["clients"]))
for name in "before", "during":
    n = m[name]
    print("%s   median %6.2f ms   p99 %6.2f ms   longest %6.2f ms   %6.0f opened/s" % (name, n["median_us"] / 1000, n["p99_us"] / 1000, n["longest_us"] / 1000, n["per_second"]))'
