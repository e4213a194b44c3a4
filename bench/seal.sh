#!/usr/bin/env bash
# How fast values are sealed and opened to their place, on one core and by size, beside what OpenSSL's AES-256-GCM
# does with the bare cipher; then an envelope: a data key unwrapped by a master key of a file, and a value opened by it.
# usage: bench/seal.sh
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --profile measure --quiet -p crypto --example seal
{
  openssl speed -seconds 1 -evp aes-256-gcm -mr 2>/dev/null | grep '^+F:'
  target/measure/examples/seal
} | python3 -c '
import json, sys
# +F:22:AES-256-GCM: and bytes a second at 16, 64, 256, 1024, 8192 and 16384 bytes.
bare = dict(zip([16, 64, 256, 1024, 8192, 16384], map(float, sys.stdin.readline().strip().split(":")[3:])))
for line in sys.stdin:
    m = json.loads(line)
    if "size" in m:
        size = m["size"]
        text = "%6d bytes   sealed %8.0f/s, %6.0f MB/s   opened %8.0f/s, %6.0f MB/s" % (size, m["seal_per_second"],
            m["seal_per_second"] * size / 1e6, m["open_per_second"], m["open_per_second"] * size / 1e6)
        if size in bare:
            text += "   openssl %8.0f/s: ratio %.2f" % (bare[size] / size, m["seal_per_second"] * size / bare[size])
        print(text)
    else:
        print("an envelope of 256 bytes opened in %.1f us; a blind index made in %.1f us" % (1e6 / m["envelope_per_second"], 1e6 / m["index_per_second"]))'
