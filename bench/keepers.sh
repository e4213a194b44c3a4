#!/usr/bin/env bash
# What a master key costs in a file and with each key management service, as the tests have them on this machine: to open
# what is sealed while its data key is open, and to wrap data keys anew.
# usage: bench/keepers.sh [KEYS]
set -euo pipefail
cd "$(dirname "$0")/.."
[ -x target/moto/bin/python ] || { echo "run ./dev test once, which installs moto" >&2; exit 1; }
cargo build --profile measure --quiet -p tests --example keepers
target/measure/examples/keepers "${1:-500}" | python3 -c '
import json, sys
for line in sys.stdin:
    m = json.loads(line)
    print("%-12s opened: median %5.2f ms, p99 %5.2f ms   wrapped anew: %d data keys in %.1f s, %.0f/s" % (
        m["keeper"], m["median_us"] / 1000, m["p99_us"] / 1000, m["keys"], m["seconds"], m["keys"] / m["seconds"]))'
