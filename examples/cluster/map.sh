#!/usr/bin/env bash
# Maps one shard: map.sh DIR NUMBER. May run any number of times, also at once on two machines:
# a partial appears whole or not at all.
set -euo pipefail
line=$(printf '%s/line.%06d' "$1" "$2")
unfinished=$line.$(hostname).$$
trap 'rm -f "$unfinished"' EXIT
pcapstat shard map "@$line" >"$unfinished"
mv "$unfinished" "$line.part"
