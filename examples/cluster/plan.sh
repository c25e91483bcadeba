#!/usr/bin/env bash
# Plans the shards of inputs into a shared directory: plan.sh DIR [OPTION]... INPUT...
# Options that decide the result belong here. Each shard becomes a file: DIR/line.000000 and so on.
set -euo pipefail
work=$1
shift
mkdir -p "$work"
pcapstat shard plan "$@" >"$work/plan"
split -l 1 -d -a 6 "$work/plan" "$work/line."
wc -l <"$work/plan"
