#!/bin/sh
# setup.test.sh <source folder> <work folder> <real C++ compiler> <case>: runs cmake/test.sh or cmake/demo.sh on a machine
# that is simulated: apt-get, apt-cache, sudo, id, cmake, ctest and ninja are scripts in the work folder, and the compiler
# finds only the headers of packages installed there. The functions below named case_... are the cases.
set -eu

source=$1
machine=$2/$4
compiler=$3
chosen=$4
rm -rf "$machine"
mkdir -p "$machine/bin" "$machine/available" "$machine/installed" "$machine/removes" "$machine/refuses"
: >"$machine/log"

complain() {
  echo "$chosen: $*" >&2
  echo "--- it said:" >&2
  cat "$machine/said" >&2
  echo "--- apt-get was called with:" >&2
  cat "$machine/log" >&2
  exit 1
}

# program <name>: makes a program of the machine from the text on standard input.
program() {
  {
    echo "#!/bin/sh"
    echo "machine='$machine'"
    cat
  } >"$machine/bin/$1"
  chmod +x "$machine/bin/$1"
}

for tool in sh env sed tr cat dirname date rm chmod; do
  ln -s "$(command -v "$tool")" "$machine/bin/$tool"
done

program id <<'END'
if [ -e "$machine/user" ]; then echo 1000; else echo 0; fi
END
program nproc <<'END'
echo 2
END
program apt-cache <<'END'
shift # policy
[ -e "$machine/available/$1" ] || exit 0
echo "$1:"
echo "  Installed: (none)"
echo "  Candidate: $(cat "$machine/available/$1")"
END
program apt-get <<'END'
if [ -e "$machine/user" ] && [ "${AS_ROOT:-}" != yes ]; then
  case " $* " in *" -s "*) ;; *) echo "E: Permission denied" >&2; exit 100 ;; esac
fi
echo "$*" >>"$machine/log"
simulate= remove=yes download= update= packages=
while [ $# -gt 0 ]; do
  case $1 in
    -s) simulate=yes ;;
    -o) shift ;;
    --no-remove) remove= ;;
    --download-only) download=yes ;;
    update) update=yes ;;
    -* | install) ;;
    *) packages="$packages $1" ;;
  esac
  shift
done
if [ -n "$update" ]; then
  if [ -e "$machine/no_network" ]; then echo "E: Some index files failed to download" >&2; exit 100; fi
  for each in "$machine"/known_after_update/*; do [ -e "$each" ] && cat "$each" >"$machine/available/${each##*/}"; done
  exit 0
fi
for each in $packages; do
  [ -e "$machine/available/$each" ] || { echo "E: Unable to locate package $each" >&2; exit 100; }
  [ ! -e "$machine/refuses/$each" ] || { echo "E: Unable to correct problems, you have held broken packages." >&2; exit 100; }
  [ -e "$machine/installed/$each" ] && continue
  for victim in $(cat "$machine/removes/$each" 2>/dev/null); do
    [ -e "$machine/installed/$victim" ] || continue
    [ -n "$remove" ] || { echo "E: Packages need to be removed but remove is disabled." >&2; exit 100; }
    if [ -n "$simulate" ]; then echo "Remv $victim [1.0]"; else rm "$machine/installed/$victim"; fi
  done
  [ -n "$simulate" ] && echo "Inst $each (1.0 made-up)"
done
[ -z "$simulate" ] || exit 0
if [ -n "$download" ]; then
  [ ! -e "$machine/no_network" ] || { echo "E: Failed to fetch $each" >&2; exit 100; }
  exit 0
fi
for each in $packages; do
  [ ! -e "$machine/breaks/$each" ] || { echo "E: Sub-process /usr/bin/dpkg returned an error code (1)" >&2; exit 100; }
  cat "$machine/available/$each" >"$machine/installed/$each"
  [ "$each" != ninja-build ] || { echo "#!/bin/sh" >"$machine/bin/ninja"; chmod +x "$machine/bin/ninja"; }
done
END
program cmake <<'END'
[ -e "$machine/installed/cmake" ] || exit 127
if [ "$1" = --version ]; then echo "cmake version $(cat "$machine/installed/cmake")"; else echo "cmake ran"; fi
END
program true </dev/null
program ctest <<'END'
echo "ctest ran"
END
# The real compiler checks only flags that matter; calling it each time would take too long.
program c++ <<END
text=\$(cat)
has() { [ -e "\$machine/installed/\$1" ]; }
has g++ || exit 1
old=
[ ! -e "\$machine/old_compiler" ] || old=-std=c++17
case "\$*" in *--version*) echo "c++ (made up) 9.9"; exit 0 ;; esac
case "\$* \$old" in *c++17* | *-fno*) printf '%s\n' "\$text" | '$compiler' "\$@" \$old || exit 1 ;; esac
case \$text in *fmt/core.h*) has libfmt-dev || exit 1 ;; esac
case \$text in *catch2*) has catch2 || exit 1 ;; esac
case \$text in
  *boost/pfr*)
    has libboost1.81-dev || case \$(cat "\$machine/installed/libboost-dev" 2>/dev/null) in
      *1.8* | *1.9*) ;;
      *) exit 1 ;;
    esac
    ;;
  *boost/stacktrace*) has libboost1.81-dev || has libboost-dev || exit 1 ;;
esac
exit 0
END

available() { # <package> <version>
  echo "$2" >"$machine/available/$1"
}
installed() {
  available "$1" "$2"
  echo "$2" >"$machine/installed/$1"
}
removes() { # <package> <what goes when it comes>...
  package=$1
  shift
  echo "$*" >"$machine/removes/$package"
}
has_sudo() {
  program sudo <<'END'
[ ! -e "$machine/sudo_refuses" ] || { echo "sudo: a password is required" >&2; exit 1; }
echo "sudo $*" >>"$machine/log"
AS_ROOT=yes exec "$@"
END
}

# run <script> [<variable>=<value>...]: stores its output in said, and its exit status in status.
run() {
  script=$1
  shift
  status=0
  env -i PATH="$machine/bin" "$@" sh "$source/cmake/$script" >"$machine/said" 2>&1 </dev/null || status=$?
}

ends_well() {
  [ "$status" -eq 0 ] || complain "it ended with $status"
  grep -q "all tests passed" "$machine/said" || complain "the tests were not run"
}
# fails_with <text>: it must fail, and its output must be one line with this text.
fails_with() {
  [ "$status" -eq 1 ] || complain "it ended with $status instead of 1"
  [ "$(wc -l <"$machine/said")" -eq 1 ] || complain "it said more than one line, or nothing"
  says "$1"
}
says() {
  grep -qF -- "$1" "$machine/said" || complain "it did not say: $1"
}
never_says() {
  ! grep -qF -- "$1" "$machine/said" || complain "it said: $1"
}
has_installed() {
  [ -e "$machine/installed/$1" ] || complain "$1 is not installed"
}
has_not_installed() {
  [ ! -e "$machine/installed/$1" ] || complain "$1 is installed"
}
removed_nothing() {
  if grep -v -e ' -s ' -e 'sudo ' "$machine/log" | grep ' install ' | grep -qv -e ' --no-remove '; then
    complain "apt-get install was called without --no-remove"
  fi
}

fresh_machine() { # <version of libboost-dev>
  available g++ 12
  available cmake 3.25.1
  available ninja-build 1.11
  available libfmt-dev 9.1
  available catch2 2.13
  available libboost-dev "$1"
}
bookworm() {
  fresh_machine 1.74.0.3
  available libboost1.81-dev 1.81.0-5
  removes libboost1.81-dev libboost-dev libboost1.74-dev
}
trixie() {
  fresh_machine 1.83.0.2
}
all_but_boost() {
  program ninja </dev/null
  for each in g++ cmake ninja-build libfmt-dev catch2; do
    installed "$each" "$(cat "$machine/available/$each")"
  done
}

case_bookworm() {
  bookworm
  run test.sh
  ends_well
  says "vicar: installing g++ cmake ninja-build libfmt-dev catch2 libboost1.81-dev"
  removed_nothing
  for each in g++ cmake ninja-build libfmt-dev catch2 libboost1.81-dev; do has_installed "$each"; done
}
case_trixie() {
  trixie
  run test.sh
  ends_well
  says "vicar: installing g++ cmake ninja-build libfmt-dev catch2 libboost-dev"
  removed_nothing
  has_installed libboost-dev
}
# A version with an epoch, and one with a letter of the distribution.
case_version_of_boost() {
  fresh_machine 1:1.83.0.1ubuntu2
  available libboost1.81-dev 1.81.0-5
  run test.sh
  ends_well
  has_installed libboost-dev
  has_not_installed libboost1.81-dev
}
case_names_known_after_update() {
  mkdir "$machine/known_after_update"
  trixie
  mv "$machine"/available/* "$machine/known_after_update"
  run test.sh
  ends_well
  has_installed libboost-dev
}
case_all_there() {
  trixie
  all_but_boost
  installed libboost-dev 1.83.0.2
  run test.sh
  ends_well
  never_says installing
  [ ! -s "$machine/log" ] || complain "apt-get was called"
}
case_demo_needs_no_boost() {
  trixie
  run demo.sh
  says "vicar: installing g++ cmake ninja-build libfmt-dev"
  never_says oost
  has_not_installed libboost-dev
  has_not_installed catch2
}
# The user's Boost 1.74 stays.
case_boost_in_the_way() {
  bookworm
  installed libboost-dev 1.74.0.3
  installed libboost1.74-dev 1.74.0-18
  run test.sh
  ends_well
  says "vicar: installing g++ cmake ninja-build libfmt-dev catch2"
  says "because it would remove libboost-dev libboost1.74-dev; without Boost.PFR, the tests of <vicar/inspect.hpp>"
  removed_nothing
  has_installed libboost-dev
  has_installed libboost1.74-dev
  has_not_installed libboost1.81-dev
  has_installed catch2
}
case_only_boost_in_the_way() {
  bookworm
  all_but_boost
  installed libboost-dev 1.74.0.3
  touch "$machine/user" # without sudo: nothing is to be asked of root
  run test.sh
  ends_well
  says "because it would remove libboost-dev; without Boost.PFR, the tests of <vicar/inspect.hpp> are skipped"
  never_says "installing"
  has_installed libboost-dev
}
case_no_boost_to_be_had() {
  trixie
  rm "$machine/available/libboost-dev"
  run test.sh
  ends_well
  says "because there is no package libboost-dev here; without Boost, the tests of <vicar/inspect.hpp> and of the stacks"
  has_installed catch2
}
case_boost_too_old() {
  fresh_machine 1.74.0.3
  run test.sh
  ends_well
  has_installed libboost-dev
  says "without Boost.PFR, the tests of <vicar/inspect.hpp> are skipped"
}
case_package_conflicts() {
  trixie
  removes libfmt-dev libfmt-old
  installed libfmt-old 5
  run test.sh
  fails_with "vicar: libfmt-dev cannot be installed: it would remove libfmt-old; nothing was changed"
  has_installed libfmt-old
  has_not_installed g++
}
case_package_refused() {
  trixie
  touch "$machine/refuses/cmake"
  run test.sh
  fails_with "vicar: cmake cannot be installed: apt-get refuses: Unable to correct problems"
  has_not_installed g++
}
case_no_network() {
  trixie
  touch "$machine/no_network"
  run test.sh
  [ "$(grep -c . "$machine/said")" -eq 2 ] || complain "it did not say two lines"
  [ "$status" -eq 1 ] || complain "it ended with $status"
  says "these packages could not be downloaded: g++ cmake ninja-build libfmt-dev catch2 libboost-dev: Failed to fetch"
  says "is there a network?"
  has_not_installed g++
}
case_no_network_no_lists() {
  touch "$machine/no_network"
  run test.sh
  fails_with "vicar: g++ cannot be installed: there is no package g++ here; the package lists could not be updated"
}
case_installation_fails() {
  trixie
  mkdir "$machine/breaks"
  touch "$machine/breaks/g++"
  run demo.sh
  [ "$status" -eq 1 ] || complain "it ended with $status"
  says "vicar: these packages could not be installed: g++ cmake ninja-build libfmt-dev: Sub-process /usr/bin/dpkg"
}
case_no_sudo() {
  trixie
  touch "$machine/user"
  run test.sh
  fails_with "vicar: not root, and there is no sudo; install these packages yourself, then run this again: g++ cmake ninja-build libfmt-dev catch2"
  has_not_installed g++
}
case_sudo_refused() {
  trixie
  touch "$machine/user" "$machine/sudo_refuses"
  has_sudo
  run test.sh
  says "vicar: not root, and sudo was refused; install these packages yourself"
  has_not_installed g++
}
case_sudo() {
  trixie
  touch "$machine/user"
  has_sudo
  run test.sh
  ends_well
  has_installed libboost-dev
}
case_no_apt() {
  rm "$machine/bin/apt-get"
  run test.sh
  fails_with "vicar: there is no known package manager; install a C++20 compiler, CMake 3.24 or later, fmt 9 and Catch2"
}
case_no_apt_no_boost() {
  trixie
  all_but_boost
  rm "$machine/bin/apt-get"
  run test.sh
  ends_well
  says "because there is no known package manager; without Boost, the tests"
}
case_old_compiler() {
  trixie
  all_but_boost
  touch "$machine/old_compiler"
  installed libboost-dev 1.83
  run test.sh
  fails_with "vicar: the compiler c++ does not support C++20: c++ (made up) 9.9; set CXX to a later one, such as g++ 12"
}
case_old_cmake() {
  trixie
  available cmake 3.18.4
  run demo.sh
  [ "$status" -eq 1 ] || complain "it ended with $status"
  says "vicar: the package cmake of this system is too old; install a C++20 compiler, CMake 3.24 or later and fmt 9"
  never_says "cmake ran"
}
case_cpp17() {
  trixie
  run demo.sh CXXFLAGS="-O2 -std=c++17"
  [ "$status" -eq 1 ] || complain "it ended with $status"
  says "vicar: CXXFLAGS is \`-O2 -std=c++17\`, with which c++ does not compile C++20; remove -std"
  never_says "cmake ran"
}
case_no_exceptions() {
  trixie
  run demo.sh CXXFLAGS=-fno-exceptions
  [ "$status" -eq 1 ] || complain "it ended with $status"
  says "vicar: c++ -fno-exceptions compiles without exceptions, which vicar needs; remove -fno-exceptions"
  never_says "cmake ran"
}

"case_$chosen"
removed_nothing
