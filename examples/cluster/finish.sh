#!/usr/bin/env bash
# Joins the partials of DIR and makes the tables: finish.sh DIR [OPTION]... (options of `shard finish`).
# Maps the shards again that began at a wrong guess, on this machine.
set -euo pipefail
work=$1
shift
for _ in 1 2 3 4 5 6 7 8 9; do
  code=0
  pcapstat shard merge "$work"/line.*.part >"$work/merged" || code=$?
  [ "$code" -eq 5 ] || break
  while IFS= read -r line; do
    number=$(sed -E 's/^\{"shard":([0-9]+),.*/\1/' <<<"$line")
    printf '%s\n' "$line" >"$(printf '%s/line.%06d' "$work" "$number")"
    "$(dirname "$0")/map.sh" "$work" "$number"
  done <"$work/merged"
done
[ "$code" -eq 0 ] || exit "$code"
pcapstat shard finish "$@" "$work/merged"
