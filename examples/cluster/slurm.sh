#!/usr/bin/env bash
# All steps with Slurm: slurm.sh DIR [OPTION]... INPUT... DIR and the captures are on a shared file system.
# Tables are in DIR/tables when the last job has ended.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$1
shards=$("$here/plan.sh" "$@")
# The job expands the number of its shard.
# shellcheck disable=SC2016
maps=$(sbatch --parsable --requeue --job-name pcapstat-map --array "0-$((shards - 1))%200" \
  --cpus-per-task 2 --output "$work/map.%a.log" \
  --wrap "$(printf '%q %q $SLURM_ARRAY_TASK_ID' "$here/map.sh" "$work")")
sbatch --parsable --job-name pcapstat-finish --dependency "afterok:$maps" \
  --cpus-per-task 8 --output "$work/finish.log" \
  --wrap "$(printf '%q %q -o %q' "$here/finish.sh" "$work" "$work/tables")"
