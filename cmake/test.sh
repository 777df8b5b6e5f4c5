#!/bin/sh
# Builds the tests and examples and runs them: sh cmake/test.sh
set -eu

requirements="a C++20 compiler, CMake 3.24 or later, fmt 9 and Catch2"
. "$(dirname -- "$0")/setup.sh"
start=$(date +%s)

want_boost
need g++ cmake ninja-build libfmt-dev catch2
want libasio-dev curl
# Most of the tests say nothing about optimization, which takes as long as all else. What is left out here is checked
# once by .ci/run: each header alone, the tests with -O2, the models, and the controls of tests/compile_fail.
configure build/test -D CMAKE_BUILD_TYPE=Debug -D CMAKE_CXX_FLAGS_DEBUG=-O0 -D VICAR_OPTIMIZE_STRESS=ON \
  -D VICAR_PRECOMPILE=ON -D VICAR_BUILD_TESTS=ON -D VICAR_BUILD_EXAMPLES=ON -D VICAR_WERROR=ON
cmake --build "$root/build/test" --parallel "$jobs"
built=$(($(date +%s) - start))
ctest --test-dir "$root/build/test" --output-on-failure --no-tests=error --label-exclude "^(model|control)$" \
  --parallel "$jobs" || fail "some tests failed"
echo "vicar: built in $built s, and tested in $(($(date +%s) - start - built)) s: all tests passed"
