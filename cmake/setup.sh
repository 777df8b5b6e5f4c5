# For test.sh and demo.sh, which read it with `.` and set `requirements`, the words of the message below.

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
jobs=$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)

fail() {
  echo "vicar: $*" >&2
  exit 1
}

# The compiler that CMake will choose.
compiler() {
  for candidate in "${CXX:-c++}" g++ clang++; do
    if command -v "${candidate%% *}" >/dev/null 2>&1; then
      echo "$candidate"
      return
    fi
  done
  return 1
}

# preprocesses <text>: whether there is a C++20 compiler that gets through the text.
preprocesses() {
  cxx=$(compiler) || return 1
  include_path=${CPLUS_INCLUDE_PATH:+$CPLUS_INCLUDE_PATH:}/usr/local/include
  rest=${CMAKE_PREFIX_PATH:-}:
  while [ -n "$rest" ]; do
    [ -z "${rest%%:*}" ] || include_path=$include_path:${rest%%:*}/include
    rest=${rest#*:}
  done
  # $cxx is not quoted, because CXX may carry flags.
  printf '%b\n' "#if __cplusplus < 202002\n#error\n#endif\n$1" |
    CPLUS_INCLUDE_PATH=$include_path $cxx -std=c++20 -x c++ -E - >/dev/null 2>&1
}

has_cmake() {
  set -- $(cmake --version 2>/dev/null | sed -n 's/^cmake version \([0-9]*\)\.\([0-9]*\).*/\1 \2/p')
  [ $# -eq 2 ] && { [ "$1" -gt 3 ] || { [ "$1" -eq 3 ] && [ "$2" -ge 24 ]; }; }
}

# has <package>: whether what the package of this name holds is there, wherever it came from.
has() {
  case $1 in
    g++) preprocesses '#include <concepts>' ;;
    cmake) has_cmake ;;
    ninja-build) command -v ninja >/dev/null 2>&1 ;;
    libfmt-dev) preprocesses '#include <fmt/core.h>\n#if FMT_VERSION < 90000\n#error\n#endif' ;;
    libboost1.81-dev) preprocesses '#include <boost/pfr/core.hpp>\n#include <boost/stacktrace.hpp>' ;;
    catch2) preprocesses '#if !__has_include(<catch2/catch.hpp>)\n#include <catch2/catch_test_macros.hpp>\n#endif' ;;
  esac
}

missing() {
  for package in "$@"; do
    has "$package" || echo "$package"
  done
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  else
    sudo "$@"
  fi
}

# need <package>...: installs those that are missing; ends the script if it cannot.
need() {
  packages=$(missing "$@" | tr '\n' ' ')
  [ -n "$packages" ] || return 0
  if ! command -v apt-get >/dev/null 2>&1; then
    if [ "$packages" = "ninja-build " ]; then
      # CMake then uses make.
      command -v make >/dev/null 2>&1 && return 0
      requirements="Ninja or make"
    fi
    fail "no known package manager; install $requirements yourself, then run this again"
  fi
  if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null 2>&1; then
    fail "not root, and there is no sudo; install these packages yourself, then run this again: $packages"
  fi
  echo "vicar: installing $packages"
  as_root apt-get -qq update || echo "vicar: the package lists could not be updated; trying those that are there" >&2
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0 install -y \
    --no-install-recommends $packages </dev/null >/dev/null ||
    fail "these packages could not be installed: $packages"
  packages=$(missing $packages | tr '\n' ' ')
  [ -z "$packages" ] ||
    fail "the packages of this system are too old: $packages; install $requirements yourself, then run this again"
}

# configure <folder> <argument>...: afresh, so that neither an earlier compiler nor an earlier place is remembered;
# what was built stays.
configure() {
  folder=$1
  shift
  if has ninja-build; then
    set -- -G Ninja "$@"
  fi
  cmake --fresh -S "$root" -B "$root/$folder" "$@"
}
