#!/bin/sh
# Builds the tests and examples and runs them: sh cmake/test.sh
set -eu

requirements="a C++20 compiler, CMake 3.24 or later, fmt 9 and Catch2"
. "$(dirname -- "$0")/setup.sh"
start=$(date +%s)

want_boost
need g++ cmake ninja-build libfmt-dev catch2
# Not -O3: there GCC warns of what is not so.
configure build/test -D CMAKE_BUILD_TYPE=Release -D "CMAKE_CXX_FLAGS_RELEASE=-O2 -DNDEBUG" \
  -D VICAR_BUILD_TESTS=ON -D VICAR_BUILD_EXAMPLES=ON -D VICAR_WERROR=ON
cmake --build "$root/build/test" --parallel "$jobs" --target all all_verify_interface_header_sets
ctest --test-dir "$root/build/test" --output-on-failure --no-tests=error --parallel "$jobs" || fail "some tests failed"
echo "vicar: built and tested in $(($(date +%s) - start)) s: all tests passed"
