#!/bin/sh
# Runs demo.sh and test.sh as a newcomer would, on a machine that has nothing but git:
#   sh cmake/check_fresh.sh [--cache] [--compile] bookworm|trixie|noble
# The machine is a folder below build/fresh, filled by debootstrap from the mirror of this machine's apt, with a clone of
# what is committed here. It is removed at the end. Needs root and debootstrap, on Debian or Ubuntu.
#   --cache    keeps the packages of the empty machine in build/fresh/<suite>.tar and takes them from there next time
#   --compile  instead of the scripts: installs what test.sh does, compiles the umbrella header, and builds and runs seven
#              of the test programs
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
folder=$root/build/fresh
usage="usage: sh cmake/check_fresh.sh [--cache] [--compile] bookworm|trixie|noble"
tests="future actor actor_proxy deadlock debug inspect"

fail() {
  echo "vicar: $*" >&2
  exit 1
}

cache=
command='sh cmake/demo.sh && sh cmake/test.sh'
suite=
for argument in "$@"; do
  case $argument in
    --cache) cache=yes ;;
    --compile) command=compile ;;
    bookworm | trixie) suite=$argument distribution=debian components=main ;;
    noble) suite=$argument distribution=ubuntu components=main,universe ;;
    *) fail "$argument is not a known suite; $usage" ;;
  esac
done
[ -n "$suite" ] || fail "$usage"
[ "$(id -u)" -eq 0 ] || fail "this needs root, to make a machine in a folder and enter it"
for tool in debootstrap unshare git; do
  command -v "$tool" >/dev/null 2>&1 || fail "there is no $tool; install it, then run this again"
done

# The mirror's folders for the two distributions lie side by side.
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
  sed -n 's,/\(debian\|ubuntu\)/*$,,p' | sed 1q)
[ -n "$mirror" ] || fail "apt's sources name no mirror of Debian or Ubuntu; add one, and run apt-get update"

machine=
child=
end_signal=TERM
clean() {
  trap - EXIT
  [ -z "$child" ] || { kill -s $end_signal "$child" 2>/dev/null && wait "$child" 2>/dev/null; } || :
  [ -n "$machine" ] || return 0
  # What is mounted in the machine is so for its processes alone, and goes with them. They may take a moment to end.
  for try in 1 2 3 4 5; do
    ! rm -rf --one-file-system "$machine" 2>/dev/null || return 0
    sleep 1
  done
  echo "vicar: $machine could not be removed" >&2
}
trap clean EXIT
trap 'clean; exit 129' HUP
trap 'clean; exit 130' INT
trap 'clean; exit 143' TERM

# In the background, since a shell runs no trap while it waits for a command in the foreground.
run() {
  "$@" </dev/null &
  child=$!
  status=0
  wait "$child" || status=$?
  child=
  return "$status"
}

mkdir -p "$folder"
machine=$(mktemp -d "$folder/$suite.XXXXXX")
chmod 755 "$machine"
mkdir "$machine/root"

# find_keyring <package>: sets $keyring to the keys that the package has: those of this machine, or of the package, which
# apt takes from the mirror, and from Debian 13 where this machine's distribution has none.
find_keyring() {
  keyring=/usr/share/keyrings/${1%-keyring}-keyring.gpg
  [ "$1" != ubuntu-keyring ] || keyring=/usr/share/keyrings/ubuntu-archive-keyring.gpg
  [ ! -e "$keyring" ] || return 0
  keys=$machine.keys
  rm -rf "$keys"
  mkdir -p "$keys/state/lists/partial" "$keys/cache/archives/partial"
  if ! (cd "$keys" && apt-get -qq download "$1") >/dev/null 2>&1; then
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror/debian trixie main" >"$keys/sources.list"
    (
      cd "$keys"
      for step in update "download $1"; do
        # $step is not quoted, because it may be two words.
        apt-get -qq -o Dir::Etc::sourcelist="$keys/sources.list" -o Dir::Etc::sourceparts=- \
          -o Dir::State::lists="$keys/state/lists" -o Dir::Cache="$keys/cache" $step
      done
    ) >/dev/null 2>&1 || fail "the package $1, whose keys sign $suite, could not be fetched; install it, then run this again"
  fi
  dpkg-deb -x "$keys/$1"_*.deb "$machine/root/keys"
  rm -rf "$keys"
  keyring=$machine/root/keys$keyring
}

make_base() {
  keyring_package=debian-archive-keyring
  script=
  if [ $distribution = ubuntu ]; then
    keyring_package=ubuntu-keyring
    # A suite that debootstrap does not know yet is made like any later one than this.
    [ -e /usr/share/debootstrap/scripts/$suite ] || script=/usr/share/debootstrap/scripts/gutsy
  fi
  find_keyring $keyring_package
  # $script is not quoted, because it may be no argument at all.
  run debootstrap --variant=minbase --include=git,ca-certificates --components=$components --keyring="$keyring" \
    $suite "$machine/root" "$mirror/$distribution" $script >"$machine/debootstrap.log" 2>&1 ||
    fail "debootstrap cannot make $suite from $mirror/$distribution: $(grep '^[EW]: ' "$machine/debootstrap.log" | tail -1)"
  rm -rf "$machine/root/keys"
}

start=$(date +%s)
if [ -n "$cache" ] && [ -e "$folder/$suite.tar" ]; then
  run tar -C "$machine/root" -xf "$folder/$suite.tar" || fail "$folder/$suite.tar cannot be unpacked; remove it"
else
  make_base
  if [ -n "$cache" ]; then
    run tar -C "$machine/root" -cf "$machine/base.tar" . || fail "$folder/$suite.tar cannot be written"
    mv "$machine/base.tar" "$folder/$suite.tar"
  fi
fi
echo "deb $mirror/$distribution $suite $(echo $components | tr , ' ')" >"$machine/root/etc/apt/sources.list"
# What lets apt reach the mirror from here.
apt-config dump | grep -iE '^Acquire::([a-z]+::)*(Proxy|CAInfo|CaPath|Check-Valid-Until|Check-Date|Verify-Peer)[: ]' \
  >"$machine/root/etc/apt/apt.conf.d/00host" || :
for file in /etc/hosts /etc/resolv.conf; do
  [ ! -e "$file" ] || cat "$file" >"$machine/root$file"
done
for file in $(sed -n 's/.*CAInfo "\(.*\)";/\1/p' "$machine/root/etc/apt/apt.conf.d/00host"); do
  [ -e "$file" ] || continue
  mkdir -p "$machine/root${file%/*}"
  cp "$file" "$machine/root$file"
done
git clone -q --no-hardlinks "$root" "$machine/root/root/vicar"
[ -z "$(git -C "$root" status --porcelain 2>/dev/null)" ] || echo "vicar: only committed files are checked"
echo "vicar: $suite was created in $(($(date +%s) - start)) s"

cat >"$machine/root/root/compile" <<END
set -eu
requirements="a C++20 compiler, CMake 3.24 or later, fmt 9 and Catch2"
. cmake/setup.sh
want_boost
need g++ cmake ninja-build libfmt-dev catch2
echo '#include <vicar/vicar.hpp>' |
  "\$(compiler)" -std=c++20 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -Iinclude -fsyntax-only -x c++ -
configure build/fresh -D CMAKE_BUILD_TYPE=Debug -D VICAR_WERROR=ON -D VICAR_BUILD_TESTS=ON -D VICAR_BUILD_EXAMPLES=OFF
for test in $tests; do
  cmake --build build/fresh --parallel "\$jobs" --target "test.\$test"
  ctest --test-dir build/fresh --output-on-failure --no-tests=error -R "^test\.\$test\$"
done
cmake --build build/fresh --parallel "\$jobs" --target frameworks.catch2
ctest --test-dir build/fresh --output-on-failure --no-tests=error -R "^frameworks\.catch2\$"
END
if [ "$command" = compile ]; then
  command='sh -c ". /root/compile" cmake/compile'
fi

# A process of the machine sees no process and no mounted folder of this one.
start=$(date +%s)
end_signal=KILL # unshare ignores the others; all processes of the machine end with it
run unshare --mount --pid --fork --kill-child sh -c '
    mount -t proc proc "$1/proc" && mount -t tmpfs tmpfs "$1/dev/shm" &&
      exec chroot "$1" /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
        LC_ALL=C.UTF-8 sh -c "cd /root/vicar && $2"
  ' sh "$machine/root" "$command" || fail "$suite: it failed after $(($(date +%s) - start)) s"
echo "vicar: $suite: passed in $(($(date +%s) - start)) s"
