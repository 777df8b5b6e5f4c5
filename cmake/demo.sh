#!/bin/sh
# Builds the examples and runs two of them, the second over the files in a folder: sh cmake/demo.sh [folder]
set -eu

requirements="a C++20 compiler, CMake 3.24 or later and fmt 9"
. "$(dirname -- "$0")/setup.sh"

[ $# -le 1 ] || fail "usage: sh cmake/demo.sh [folder]"
if [ $# -eq 1 ]; then
  [ -d "$1" ] || fail "there is no folder $1"
  set -- "$(CDPATH='' cd -- "$1" && pwd)"
else
  set -- "$root/docs"
  [ ! -d /usr/share/common-licenses ] || set -- /usr/share/common-licenses "$@"
fi

need g++ cmake ninja-build libfmt-dev
configure build/demo -D CMAKE_BUILD_TYPE=Release -D VICAR_BUILD_TESTS=OFF -D VICAR_BUILD_EXAMPLES=ON >/dev/null
cmake --build "$root/build/demo" --parallel "$jobs"

echo "vicar: cooperation"
"$root/build/demo/examples/cooperation"
echo "vicar: worker_pool $*"
# In the place of this shell, so that Ctrl-C is for the program alone and its exit status is the script's.
exec "$root/build/demo/examples/worker_pool" "$@"
