#!/usr/bin/env bash
# All steps with GNU parallel: parallel.sh DIR [OPTION]... INPUT...
# PARALLEL_LOGINS=m1,m2 adds machines that share DIR, the captures and this directory; `:` is this one.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$1
shards=$("$here/plan.sh" "$@")
seq 0 $((shards - 1)) |
  parallel --quote --sshlogin "${PARALLEL_LOGINS:-:}" --retries 3 --halt soon,fail=1 "$here/map.sh" "$work" '{}'
"$here/finish.sh" "$work" -o "$work/tables"
