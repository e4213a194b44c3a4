#!/usr/bin/env bash
# Debian's Redmine, connected by connectors/redmine.toml as a file in a folder: its issues and journals are scanned and
# counted against its own database, what is new is read, and an approved issue is opened in it, once.
set -euo pipefail
cd "$(dirname "$0")/.."

help() {
  cat <<'TEXT'
Usage: bench/redmine.sh [CASES] [LOG]

Installs Debian's redmine by apt, starts it on a loopback port with a database of its own, replays CASES
cases (150) of an event log (XES.gz; the simulated one of examples/logs) as issues and journals, starts
Countersign and plays what a person does. Exits 0 only if all of it holds. Needs root; what it started
ends with it, and what it wrote is in a temporary folder that it removes. The packages stay.

  COUNTERSIGN=FILE   the server's binary (target/release/countersign, or else target/debug/countersign)
  KEEP=1             leaves the temporary folder, and says where it is
TEXT
}
case "${1:-}" in -h | --help | help) help; exit 0 ;; esac
say() { printf '==> %s\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 2; }

cases=${1:-150}; log=${2:-examples/logs/helpdesk-simulated.xes.gz}
[[ $cases =~ ^[1-9][0-9]*$ ]] || { help >&2; die "CASES is a number"; }
[ -r "$log" ] || die "$log cannot be read"
[ "$(id -u)" = 0 ] || die "this installs packages and runs Redmine as www-data: it needs root"
command -v apt-get > /dev/null || die "this needs Debian: there is no apt-get"
binary=${COUNTERSIGN:-}
for built in target/release/countersign target/debug/countersign; do
  [ -n "$binary" ] || [ ! -x "$built" ] || binary=$built
done
[ -n "$binary" ] || die "build it first: cargo build --release -p server; or name one in COUNTERSIGN"
[ -x "$binary" ] || die "$binary is no program"

install() {
  local missing=() name
  for name in "$@"; do
    dpkg-query -W -f='${Status}' "$name" 2> /dev/null | grep -q 'ok installed' || missing+=("$name")
  done
  [ ${#missing[@]} = 0 ] && return
  say "installing ${missing[*]}"
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${missing[@]}" > "$work/apt.log" 2>&1 \
    || { tail -n 30 "$work/apt.log" >&2; die "apt-get could not install ${missing[*]}"; }
}

work=$(mktemp -d); chmod 711 "$work"
redmine=
stop() {
  [ -z "$redmine" ] || { kill -TERM "$redmine" 2> /dev/null || true; wait "$redmine" 2> /dev/null || true; }
  if [ -n "${KEEP:-}" ]; then say "kept: $work"; else rm -rf "$work"; fi
}
trap stop EXIT
trap 'exit 130' INT TERM HUP

export DEBIAN_FRONTEND=noninteractive
install python3 ruby ruby-bundler
# Debian's ruby3.1 brings a bundler of its own beside the packaged one, which does not find packaged gems: with it the
# installation of redmine fails.
bundler=$(dpkg-query -W -f='${Version}' ruby-bundler); bundler=${bundler%%-*}
export BUNDLER_VERSION=$bundler
if ! dpkg-query -W -f='${Status}' redmine 2> /dev/null | grep -q 'ok installed'; then
  # Without an instance of the machine's own.
  install debconf
  echo 'redmine redmine/instances/default/dbconfig-install boolean false' | debconf-set-selections
fi
install redmine redmine-sqlite puma

# An instance of Redmine is a folder below `instances`, by its name: this one is ours, and leaves the machine's alone.
home=$work/redmine
mkdir -p "$home"/{config,log,files,tmp,public/plugin_assets} "$work/connectors"
printf 'production:\n  adapter: sqlite3\n  database: %s/redmine.sqlite3\n  timeout: 10000\n' "$home" > "$home/config/database.yml"
head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n' > "$home/config/secret_key.txt"
cat > "$home/Gemfile" <<'TEXT'
eval_gemfile '/usr/share/redmine/Gemfile'
gem 'sqlite3' unless dependencies.any? { |known| known.name == 'sqlite3' }
gem 'puma'
TEXT
cp "$log" "$home/log.xes.gz"; cp bench/redmine/seed.rb "$home/"
chown -R www-data:www-data "$home"
in_redmine() {
  cd /usr/share/redmine
  exec setpriv --reuid www-data --regid www-data --clear-groups env -i PATH=/usr/bin:/bin LANG=C.UTF-8 HOME="$home" \
    REDMINE_INSTANCE="../../../..$home" BUNDLE_GEMFILE="$home/Gemfile" BUNDLER_VERSION="$bundler" \
    RAILS_ENV=production SCHEMA=/dev/null "$@"
}
word=kingfisher$RANDOM
say "Redmine $(dpkg-query -W -f='${Version}' redmine): making its database, replaying $cases cases"
(in_redmine bundle exec rake db:migrate) > "$work/migrate.log" 2>&1 || { tail -n 20 "$work/migrate.log" >&2; die "Redmine made no database"; }
(in_redmine bundle exec rails runner "$home/seed.rb" "$home/log.xes.gz" "$cases" "$word") > "$work/seed.log" 2> "$work/seed.err" \
  || { tail -n 20 "$work/seed.err" >&2; die "the log could not be replayed"; }
tail -n 1 "$work/seed.log" > "$work/facts.json"

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
(in_redmine bundle exec puma --bind "tcp://127.0.0.1:$port" --threads 1:4 --environment production) > "$work/puma.log" 2>&1 & redmine=$!
for _ in $(seq 240); do
  python3 -c "import urllib.request as u; u.build_opener(u.ProxyHandler({})).open('http://127.0.0.1:$port/login')" 2> /dev/null && break
  kill -0 "$redmine" 2> /dev/null || break
  sleep 0.25
done
kill -0 "$redmine" 2> /dev/null || { tail -n 20 "$work/puma.log" >&2; die "Redmine did not start"; }
say "Redmine serves on 127.0.0.1:$port"

# Under another name than a manifest that comes with the binary may have.
app=redmine-in-a-folder
sed "s/^id = \"redmine\"$/id = \"$app\"/" connectors/redmine.toml > "$work/connectors/$app.toml"
"$binary" connector check "$work/connectors/$app.toml" >&2
python3 -B bench/redmine/check.py "$app" "$port" "$home/redmine.sqlite3" "$work/facts.json" "$word" "$(realpath "$binary")" "$work"
