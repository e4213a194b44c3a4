#!/usr/bin/env bash
# How long the door takes to find which operation of a manifest a request is, or that it is none.
# usage: bench/matcher.sh
set -euo pipefail
cd "$(dirname "$0")/.."
exec cargo run --profile measure --quiet -p manifest --example matcher
