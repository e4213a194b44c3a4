#!/usr/bin/env bash
# How long `countersign up` takes until a page is served, with a new database and with an existing
# one, and how much memory the front and the broker hold then, after pages were served, and after
# people signed up (an Argon2id hash takes 19 MiB each).
# usage: bench/start.sh [RUNS] [BINARY]
set -euo pipefail
cd "$(dirname "$0")/.."
runs=${1:-5}
binary=${2:-target/release/countersign}
[ $# -ge 2 ] || cargo build --release --quiet -p server
command -v curl > /dev/null || { echo "curl is needed: apt-get install curl" >&2; exit 1; }

work=$(mktemp -d); chmod 711 "$work"
server=
stop() { [ -z "$server" ] || { kill -TERM "$server" 2> /dev/null || true; wait "$server" || true; server=; }; }
trap 'stop; rm -rf "$work"' EXIT

now_ms() { echo $(($(date +%s%N) / 1000000)); }
field() { sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p" "$work/ready"; }

# Starts a server and waits for its first page. Sets `took` and `url`.
start() {
  local since; since=$(now_ms)
  mkfifo "$work/out"
  "$binary" up --json --listen 127.0.0.1:0 --data-dir "$1" --log-level error > "$work/out" & server=$!
  head -n 1 "$work/out" > "$work/ready"
  rm "$work/out"
  url=$(field local_url)
  curl -sf -o /dev/null "${url}healthz"
  took=$(($(now_ms) - since))
}

# Resident memory of a process, in KiB; its own share of it, where this user may see it.
resident() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$1/status"; }
share() { sed -n 's/^Pss:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$1/smaps_rollup" 2> /dev/null || echo 0; }
memory() {
  local front broker; front=$(field front); broker=$(field broker)
  printf '%-34s %6.1f + %5.1f = %5.1f MB   (%5.1f MB without shared pages counted twice)\n' "$1" \
    "$(mb "$(resident "$front")")" "$(mb "$(resident "$broker")")" \
    "$(mb $(($(resident "$front") + $(resident "$broker"))))" \
    "$(mb $(($(share "$front") + $(share "$broker"))))"
}
mb() { awk -v kib="$1" 'BEGIN { printf "%.1f", kib * 1024 / 1000000 }'; }
median() { printf '%s\n' "$@" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
row() { local name=$1; shift; printf '%-34s median %5d ms   best %5d   worst %5d   (%d runs)\n' "$name" \
  "$(median "$@")" "$(printf '%s\n' "$@" | sort -n | head -n 1)" "$(printf '%s\n' "$@" | sort -n | tail -n 1)" $#; }

new=(); existing=()
for run in $(seq "$runs"); do
  start "$work/data$run"; new+=("$took"); stop
done
for run in $(seq "$runs"); do
  start "$work/data1"; existing+=("$took"); stop
done
row 'new database, to the first page' "${new[@]}"
row 'existing database' "${existing[@]}"

start "$work/data1"
memory 'front + broker, started'
for _ in $(seq 200); do curl -s "${url}sign-in" "${url}trust" > /dev/null; done
memory 'after 400 pages'
for person in $(seq 8); do
  curl -s -o /dev/null -X POST "${url}api/v1/sign-up" -H 'content-type: application/json' -H "origin: ${url%/}" \
    -d "{\"email\":\"p$person@bench.invalid\",\"password\":\"an unlikely sentence, $person\",\"name\":\"P\",\"organisation\":\"O$person\"}" &
  sign_ups="${sign_ups:-} $!"
done
# shellcheck disable=SC2086
wait $sign_ups
memory 'after 8 people signed up at once'
