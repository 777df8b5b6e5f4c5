#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Prints how many instructions one message takes, sending and handling together. Needs valgrind. Each number is the
# difference between a run with twice the messages and one with half of them, so that starting and ending cancel out.
#
# usage: sh instructions.sh PROGRAM, where PROGRAM is `instructions`, built with optimisation
set -eu

if [ $# -ne 1 ] || [ ! -x "$1" ]; then
  echo "usage: sh instructions.sh PROGRAM" >&2
  exit 2
fi
if ! command -v valgrind >/dev/null; then
  echo "instructions.sh: valgrind was not found; install it" >&2
  exit 2
fi
program=$1
messages=20000
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# count <way> <messages>: the instructions of a whole run
count() {
  if ! valgrind --tool=callgrind --callgrind-out-file=/dev/null --log-file="$log" "$program" "$1" "$2"; then
    cat "$log" >&2
    exit 1
  fi
  sed -n 's/.*Collected *: *\([0-9][0-9]*\).*/\1/p' "$log"
}

printf '%-20s%s\n' message instructions
for way in defer defer_in_batches call call_of_task; do
  once=$(count "$way" "$messages")
  twice=$(count "$way" $((2 * messages)))
  awk -v way="$way" -v more=$((twice - once)) -v messages="$messages" \
    'BEGIN { printf "%-20s%.1f\n", way, more / messages }'
done
