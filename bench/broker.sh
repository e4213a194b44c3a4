#!/usr/bin/env bash
# What the broker adds to a call to a connected app: the same read of the example tracker, directly, through squid, which
# only passes it on, and through the broker; one after another and CLIENTS at a time.
# usage: bench/broker.sh [CALLS] [CLIENTS]
set -euo pipefail
cd "$(dirname "$0")/.."
command -v squid >/dev/null || { echo "install it first: apt-get install --no-install-recommends squid" >&2; exit 1; }
cargo build --profile measure --quiet -p tests --example broker
config=$(mktemp)
cat >"$config" <<'CONFIG'
http_port 127.0.0.1:4128
http_access allow localhost
cache deny all
access_log none
cache_log /dev/null
pid_filename none
shutdown_lifetime 1 second
CONFIG
squid -N -f "$config" 2>/dev/null & proxy=$!
trap 'kill $proxy; rm -f "$config"' EXIT
for _ in $(seq 50); do (: </dev/tcp/127.0.0.1/4128) 2>/dev/null && break; sleep 0.1; done
target/measure/examples/broker "${1:-2000}" "${2:-4}" http://127.0.0.1:4128 | python3 -c '
import json, sys
found = [json.loads(line) for line in sys.stdin]
direct = found[0]
for m in found:
    print("%-8s median %6.2f ms   p99 %6.2f ms   %6.0f/s at %d clients   adds %5.2f ms, %.2f of the direct rate" % (
        m["way"], m["median_us"] / 1000, m["p99_us"] / 1000, m["per_second"], m["clients"],
        (m["median_us"] - direct["median_us"]) / 1000, m["per_second"] / direct["per_second"]))'
