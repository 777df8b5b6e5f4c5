# For test.sh and demo.sh, which read it with `.` and set `requirements`, the words of the message below. Packages are
# installed with apt-get, in one step: either all of them or none, and never by removing another package.

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

# preprocesses <text> [<flag>...]: whether there is a C++20 compiler that gets through the text with these flags.
preprocesses() {
  cxx=$(compiler) || return 1
  text="#if __cplusplus < 202002\n#error\n#endif\n$1"
  shift
  include_path=${CPLUS_INCLUDE_PATH:+$CPLUS_INCLUDE_PATH:}/usr/local/include
  rest=${CMAKE_PREFIX_PATH:-}:
  while [ -n "$rest" ]; do
    [ -z "${rest%%:*}" ] || include_path=$include_path:${rest%%:*}/include
    rest=${rest#*:}
  done
  # $cxx is not quoted, because CXX may carry flags.
  printf '%b\n' "$text" |
    CPLUS_INCLUDE_PATH=$include_path $cxx -std=c++20 "$@" -x c++ -E - >/dev/null 2>&1
}

has_cmake() {
  set -- $(cmake --version 2>/dev/null | sed -n 's/^cmake version \([0-9]*\)\.\([0-9]*\).*/\1 \2/p')
  [ $# -eq 2 ] && { [ "$1" -gt 3 ] || { [ "$1" -eq 3 ] && [ "$2" -ge 24 ]; }; }
}

has_pfr() {
  preprocesses '#if !__has_include(<boost/pfr/core.hpp>)\n#error\n#endif'
}

has_stacktrace() {
  preprocesses '#if !__has_include(<boost/stacktrace.hpp>)\n#error\n#endif'
}

# has <package>: whether what the package of this name holds is there, wherever it came from.
has() {
  case $1 in
    g++) preprocesses '#include <concepts>' ;;
    cmake) has_cmake ;;
    ninja-build) command -v ninja >/dev/null 2>&1 ;;
    libfmt-dev) preprocesses '#include <fmt/core.h>\n#if FMT_VERSION < 90000\n#error\n#endif' ;;
    libboost*) has_pfr && has_stacktrace ;;
    libasio-dev) preprocesses '#if !__has_include(<asio/bind_cancellation_slot.hpp>)\n#error\n#endif' ;;
    curl) command -v curl >/dev/null 2>&1 ;;
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

# candidate <package>: the version that apt would install; none where it knows no such package.
candidate() {
  LC_ALL=C apt-cache policy "$1" 2>/dev/null | sed -n 's/^ *Candidate: \([^(].*\)/\1/p'
}

# plan_of <package>...: what apt-get would do to install them, a line a step; nothing is done.
plan_of() {
  LC_ALL=C apt-get -qq -s install --no-install-recommends "$@" 2>&1 </dev/null
}

# in_the_way <package>...: why they cannot be installed, in words; nothing where they can.
in_the_way() {
  for package in "$@"; do
    if [ -z "$(candidate "$package")" ]; then
      echo "there is no package $package here"
      return
    fi
  done
  plan=$(plan_of "$@") || {
    echo "apt-get refuses: $(printf '%s\n' "$plan" | sed -n '/^E: /{s/^E: //p;q;}')"
    return
  }
  removed=$(printf '%s\n' "$plan" | sed -n 's/^Remv \([^ ]*\).*/\1/p' | tr '\n' ' ')
  [ -z "$removed" ] || echo "it would remove ${removed% }"
}

# Debian 12 has Boost 1.74 as libboost-dev, which is too old for Boost.PFR, and 1.81 beside it.
boost_package() {
  version=$(candidate libboost-dev)
  version=${version#*:}
  case $version in
    1.[0-9].* | 1.[0-6][0-9].* | 1.7[0-4].*)
      if [ -n "$(candidate libboost1.81-dev)" ]; then
        echo libboost1.81-dev
        return
      fi
      ;;
  esac
  echo libboost-dev
}

# without_boost <why>: what is left out without it.
without_boost() {
  if has_stacktrace; then
    lost="Boost.PFR, the tests of <vicar/inspect.hpp> are skipped"
  else
    lost="Boost, the tests of <vicar/inspect.hpp> and of the stacks in <vicar/debug.hpp> are skipped"
  fi
  echo "vicar: Boost is not installed, because $1; without $lost; everything else is built and tested"
}

# Asks apt for $packages and for $boost, each of which may be empty. $left_out is why Boost was not installed.
install_packages() {
  # What stands in the way of Boost is often known without a network and without root.
  if [ -n "$boost" ] && [ -n "$(candidate libboost-dev)" ]; then
    boost=$(boost_package)
    left_out=$(in_the_way "$boost")
    [ -z "$left_out" ] || boost=
  fi
  [ -n "$packages$boost" ] || return 0

  reason=
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
      reason="there is no sudo"
    elif ! sudo true; then
      reason="sudo was refused"
    fi
  fi
  if [ -n "$reason" ]; then
    [ -z "$packages" ] ||
      fail "not root, and $reason; install these packages yourself, then run this again: ${packages% }"
    left_out="this is not root, and $reason"
    return 0
  fi

  network=
  as_root apt-get -qq update >/dev/null 2>&1 || network="; the package lists could not be updated: is there a network?"
  # Package names have no spaces, and lists of them are not quoted.
  for package in $packages; do
    reason=$(in_the_way "$package")
    [ -z "$reason" ] || fail "$package cannot be installed: $reason$network; nothing was changed"
  done
  reason=$(in_the_way $packages)
  [ -z "$reason" ] || fail "these packages cannot be installed together: ${packages% }: $reason; nothing was changed"
  if [ -n "$boost" ]; then
    boost=$(boost_package)
    if [ -n "$(in_the_way $packages "$boost")" ]; then
      left_out=$(in_the_way "$boost")
      left_out=${left_out:-it cannot be installed together with ${packages% }}$network
      boost=
    fi
  fi
  packages=$packages$boost
  packages=${packages% }
  case $(plan_of $packages) in
    *Inst*) ;;
    *) return 0 ;; # they are there, and as new as they can be had
  esac

  echo "vicar: installing $packages"
  # What apt-get says is kept for the one line that is printed if it fails.
  for step in --download-only --no-download; do
    said=$(as_root env LC_ALL=C DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=120 \
      -o Dpkg::Use-Pty=0 install -y --no-remove --no-install-recommends $step $packages 2>&1 </dev/null) || {
      said=$(printf '%s\n' "$said" | sed -n '/^E: /{s/^E: /: /p;q;}')
      [ $step = --no-download ] ||
        fail "these packages could not be downloaded: $packages$said; is there a network? Nothing was changed"
      fail "these packages could not be installed: $packages$said"
    }
  done
}

# need <package>...: installs those that are missing, and Boost if `want_boost` asked for it and nothing stands in the
# way. Ends the script where one of these packages is missing after that, or where the compiler was given flags with
# which vicar cannot be compiled.
need() {
  left_out=
  packages=$(missing "$@" | tr '\n' ' ')
  boost=${wanted:+$(missing "$wanted")}
  if [ -n "$packages$boost" ]; then
    if command -v apt-get >/dev/null 2>&1; then
      install_packages
    else
      left_out="there is no known package manager"
      # CMake uses make where there is no Ninja.
      if [ "$packages" = "ninja-build " ]; then
        command -v make >/dev/null 2>&1 || fail "$left_out; install Ninja or make, then run this again"
      elif [ -n "$packages" ]; then
        fail "$left_out; install $requirements yourself, then run this again"
      fi
    fi
  fi
  check_compiler
  for package in "$@"; do
    [ "$package" != ninja-build ] || ! command -v make >/dev/null 2>&1 || continue
    has "$package" ||
      fail "the package $package of this system is too old; install $requirements yourself, then run this again"
  done
  if [ -n "$wanted" ] && ! has "$wanted"; then
    without_boost "${left_out:-the package of this system is too old}"
  fi
}

wanted=
# want_boost: lets `need` install Boost as well, where no other package has to be removed for it.
want_boost() {
  wanted=libboost-dev
}

# want <package>...: installs those that are missing, where nothing stands in the way. CMake says what is left out
# without them.
want() {
  extra=$(missing "$@" | tr '\n' ' ')
  extra=${extra% }
  [ -n "$extra" ] && command -v apt-get >/dev/null 2>&1 && [ -z "$(in_the_way $extra)" ] || return 0
  [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null || return 0
  echo "vicar: installing $extra"
  as_root env LC_ALL=C DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0 \
    install -y --no-remove --no-install-recommends $extra >/dev/null 2>&1 </dev/null ||
    echo "vicar: $extra could not be installed"
}

# CXXFLAGS is not quoted, because it may be several flags.
check_compiler() {
  cxx=$(compiler) || fail "there is no C++ compiler; install $requirements, or set CXX"
  has g++ || fail "the compiler $cxx does not support C++20: $($cxx --version 2>/dev/null | sed 1q); set CXX to a later one," \
    "such as g++ 12"
  preprocesses '' ${CXXFLAGS:-} ||
    fail "CXXFLAGS is \`${CXXFLAGS:-}\`, with which $cxx does not compile C++20; remove -std"
  preprocesses '#if !defined(__cpp_exceptions)\n#error\n#endif' ${CXXFLAGS:-} ||
    fail "$cxx ${CXXFLAGS:-} compiles without exceptions, which vicar needs; remove -fno-exceptions"
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
