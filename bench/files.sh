#!/usr/bin/env bash
# How fast a file goes into the place where files are kept and comes out of it, sealed in chunks by the broker's engine,
# beside cp with its bytes on the disk, and openssl enc (AES-256-CTR: it has no GCM, and so no proof of what it opens) or
# age where it is installed, to and from the same disk. In a bucket it is moto's, which is Python: it shows what the
# broker's CPU pays, not what storage can do.
# usage: bench/files.sh [MIB] [FOLDER]
set -euo pipefail
cd "$(dirname "$0")/.."
[ -x target/moto/bin/python ] || { echo "run ./dev test once, which installs moto" >&2; exit 1; }
mib=${1:-256}; folder=$(mktemp -d -p "${2:-target}")
trap 'rm -rf "$folder"' EXIT
cargo build --profile measure --quiet -p tests --example files
head -c "$((mib << 20))" /dev/urandom > "$folder/plain"
head -c 32 /dev/urandom > "$folder/key"

# beside WHAT PLACE COMMAND…: the middle one of three, as a line of JSON like the bench's own.
beside() {
  local what=$1 place=$2; shift 2
  python3 - "$what" "$place" "$mib" "$@" <<'PYTHON'
import json, resource, subprocess, sys, time
what, place, mib, *command = sys.argv[1:]
times = []
for _ in range(3):
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    took, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    times.append((took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime))
took, cpu = sorted(times)[1]
print(json.dumps({"place": place, "what": what, "mib": int(mib), "seconds": took, "cpu_seconds": cpu}))
PYTHON
}

{
  beside put cp sh -c "cp '$folder/plain' '$folder/copy' && sync '$folder/copy'"
  beside get cp sh -c "cat '$folder/copy' | cat > /dev/null"
  secret="-aes-256-ctr -pbkdf2 -iter 1 -pass file:$folder/key"
  beside put 'openssl enc' sh -c "openssl enc $secret -in '$folder/plain' -out '$folder/ctr' && sync '$folder/ctr'"
  beside get 'openssl enc' sh -c "openssl enc -d $secret -in '$folder/ctr' | cat > /dev/null"
  if command -v age >/dev/null && command -v age-keygen >/dev/null; then
    age-keygen -o "$folder/age.key" 2>/dev/null; who=$(age-keygen -y "$folder/age.key")
    beside put age sh -c "age -r $who -o '$folder/age' '$folder/plain' && sync '$folder/age'"
    beside get age sh -c "age -d -i '$folder/age.key' '$folder/age' | cat > /dev/null"
  fi
  target/measure/examples/files "$folder/files" "$mib"
} | python3 -c '
import json, sys
base = {}
for line in sys.stdin:
    m = json.loads(line)
    base.setdefault(m["what"], m["seconds"])
    print("%-14s %s %6.0f MB/s, %5.2f s, CPU %5.2f s   %4.1f times as long as cp" % (m["place"], m["what"],
        m["mib"] * 1.048576 / m["seconds"], m["seconds"], m["cpu_seconds"], m["seconds"] / base[m["what"]]))'
