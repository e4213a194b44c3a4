#!/usr/bin/env bash
# Pages a second through the back end (session checked and bound, 50 rows under forced row level
# security) beside pgbench with the bare indexed query of the same rows as a superuser.
# usage: bench/page.sh [SECONDS] [CLIENTS]
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-8}; clients=${2:-4}
cargo build --profile measure --quiet -p testkit --example page
pgbench=$(ls -d /usr/lib/postgresql/*/bin/pgbench | sort -V | tail -n 1)
coproc back { target/measure/examples/page "$seconds" "$clients"; }
read -r line <&"${back[0]}"
field() { printf '%s' "$line" | python3 -c "import json,sys; print(json.load(sys.stdin)['$1'])"; }
ours=$(field pages_per_second); database=$(field database); socket=$(field socket)
script=$(mktemp); trap 'rm -f "$script"' EXIT
cat > "$script" <<'SQL'
\set n random(1, 100)
select e.id, e.at, e.actor_kind, u.name, e.action, e.subject, e.details, e.leaf_index
  from audit.entries e left join identity.users u on u.id = e.person_id
 where e.org_id = lpad(:n::text, 32, '0')::uuid order by e.id desc limit 50;
SQL
theirs=$("$pgbench" -h "$socket" -U "$(field superuser)" -n -M prepared -c "$clients" -j 2 -T "$seconds" -f "$script" "$database" \
  | sed -n 's/^tps = \([0-9.]*\).*/\1/p')
echo >&"${back[1]}"
printf '%-46s %10.0f/s\n' 'back end: bind, page under RLS, end' "$ours" 'pgbench: bare indexed query' "$theirs"
python3 -c "print(f'ratio {$ours / $theirs:.2f} at $clients clients')"
