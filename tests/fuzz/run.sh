#!/usr/bin/env bash
# Builds and runs the fuzz targets: `tests/fuzz/run.sh [SECONDS] [TARGET...]`, by default all, ten seconds each.
# Prints executions and coverage of each, and exits with 1 if one found a failure. Needs cargo-fuzz, a C++ compiler
# and Python 3, and installs nothing. Seeds are testdata and, if present, short captures beside the project
# (PCAPSTAT_CAPTURES names another directory of them).
set -euo pipefail
cd "$(dirname "$0")/../.."

LONGEST_INPUT=16384

seconds=10
if [[ ${1:-} =~ ^[0-9]+$ ]]; then
  seconds=$1
  shift
fi
if ! cargo fuzz --version >/dev/null 2>&1; then
  echo 'cargo-fuzz is missing; install it with: cargo install cargo-fuzz' >&2
  exit 2
fi
# Sanitizers and coverage are unstable options; this lets the stable compiler accept them.
export RUSTC_BOOTSTRAP=1
# Freed memory is kept by the sanitizer, 256 MB by default and for 5 seconds, which the bounds below would count.
export ASAN_OPTIONS=quarantine_size_mb=8:thread_local_quarantine_size_kb=64:allocator_release_to_os_interval_ms=500${ASAN_OPTIONS:+:$ASAN_OPTIONS}

mapfile -t known < <(cargo fuzz list --fuzz-dir tests/fuzz)
targets=("$@")
[ $# -gt 0 ] || targets=("${known[@]}")

seeds=(testdata/*.pcap*)
beside=${PCAPSTAT_CAPTURES:-../shared/captures}
if [ -d "$beside" ]; then
  mapfile -d '' -t -O "${#seeds[@]}" seeds < <(find "$beside" -type f -size -"$LONGEST_INPUT"c -print0 | sort -z)
fi

# A short run checks a change by the same inputs each time; a longer one looks for new ones.
seed=$((seconds <= 10 ? 1 : 0))

findings=0
for target in "${targets[@]}"; do
  cargo fuzz build --fuzz-dir tests/fuzz "$target"
  python3 tests/fuzz/seed.py "$target" "tests/fuzz/corpus/$target" "${seeds[@]}"
  log=tests/fuzz/artifacts/$target/log
  mkdir -p "$(dirname "$log")"
  state=ok
  # Most megabytes of targets that hold pcapstat to a bound of memory.
  case $target in memory | opening) most=200 ;; *) most=2048 ;; esac
  cargo fuzz run --fuzz-dir tests/fuzz "$target" -- -max_total_time="$seconds" -seed="$seed" -max_len="$LONGEST_INPUT" \
    -rss_limit_mb="$most" -timeout=20 >"$log" 2>&1 || state=FINDING
  if [ $state != ok ]; then
    findings=1
    # Hundreds of lines of stacks follow the message.
    grep -m 1 -A 12 -E 'panicked at|ERROR: ' "$log" | cut -c 1-500 || true
    grep -F 'Test unit written' "$log" || true
    echo "$target: the whole of it is in $log"
  fi
  status=$(grep -E '^#[0-9]+.* cov: ' "$log" | tail -n 1 || true)
  sed -nE "s/^#([0-9]+).* (cov: [0-9]+) (ft: [0-9]+).*/$target: $state, \1 executions, \2 \3/p" <<<"$status"
  [ -n "$status" ] || echo "$target: $state, before the first line of status"
done
exit $findings
