#!/bin/sh
# check_fresh.test.sh <source folder> <work folder> <case>: runs a copy of cmake/check_fresh.sh where id, apt-get,
# apt-config, debootstrap, unshare, mount and chroot are scripts in the work folder. The functions below named case_... are the cases.
set -eu

work=$2/$3
chosen=$3
rm -rf "$work"
mkdir -p "$work/bin" "$work/checkout/cmake"
cp "$1/cmake/check_fresh.sh" "$work/checkout/cmake"

complain() {
  echo "$chosen: $*" >&2
  echo "--- it said:" >&2
  cat "$work/said" >&2
  exit 1
}

program() { # <name>, and its text on standard input
  {
    echo "#!/bin/sh"
    echo "work='$work'"
    cat
  } >"$work/bin/$1"
  chmod +x "$work/bin/$1"
}

for tool in sh env sed tr cat grep dirname date mkdir mktemp chmod rm mv cp tail tar git sleep; do
  ln -s "$(command -v "$tool")" "$work/bin/$tool"
done
program id <<'END'
echo 0
END
# If this machine has no keys, apt must have them.
program apt-get <<'END'
case $1 in
  indextargets) echo "http://mirror.invalid/debian/" ;;
  *) : >"${*##* }_1_all.deb" ;;
esac
END
program dpkg-deb <<'END'
mkdir -p "$3/usr/share/keyrings"
END
program apt-config <<'END'
echo 'Acquire::http::Proxy "http://proxy.invalid";'
echo 'Acquire::Languages "";'
END
program debootstrap <<'END'
echo "$*" >"$work/debootstrap"
[ ! -e "$work/debootstrap_fails" ] || { echo "E: Failed getting release file"; exit 1; }
for argument in "$@"; do case $argument in */root) root=$argument ;; esac; done
mkdir -p "$root/etc/apt/apt.conf.d" "$root/root" "$root/dev/shm" "$root/proc"
END
program unshare <<'END'
for argument in "$@"; do case $argument in -*) shift ;; *) exec "$@" ;; esac; done
END
program mount </dev/null
program chroot <<'END'
cat "$1/etc/apt/apt.conf.d/00host" >"$work/conf"
cat "$1/etc/apt/sources.list" >"$work/sources"
echo "$*" >"$work/chroot"
[ -e "$1/root/vicar/cmake/check_fresh.sh" ] || exit 9
# Like unshare, which this script replaces.
[ ! -e "$work/hangs" ] || { trap '' INT TERM; : >"$work/hanging"; exec sleep 100; }
[ ! -e "$work/fails" ]
END
git -C "$work/checkout" init -q
git -C "$work/checkout" add .
git -C "$work/checkout" -c user.name=x -c user.email=x@invalid commit -qm "A checkout"

run() {
  status=0
  env -i PATH="$work/bin" sh "$work/checkout/cmake/check_fresh.sh" "$@" >"$work/said" 2>&1 </dev/null || status=$?
}
fails_with() {
  [ "$status" -eq 1 ] || complain "it ended with $status instead of 1"
  [ "$(wc -l <"$work/said")" -eq 1 ] || complain "it said more than one line, or nothing"
  says "$1"
}
says() {
  grep -qF -- "$1" "$work/said" || complain "it did not say: $1"
}
has() { # <file> <text>
  grep -qF -- "$2" "$work/$1" || complain "$1 has no: $2: $(cat "$work/$1")"
}
# Nothing is left except what --cache keeps.
is_clean() {
  for each in "$work"/checkout/build/fresh/*; do
    case $each in *.tar | *'/*') ;; *) complain "it left $each" ;; esac
  done
}

case_debian() {
  run trixie
  [ "$status" -eq 0 ] || complain "it ended with $status"
  says "vicar: trixie: passed in"
  has debootstrap "trixie $work/checkout/build/fresh/trixie"
  has debootstrap " http://mirror.invalid/debian"
  has sources "deb http://mirror.invalid/debian trixie main"
  has chroot "sh cmake/demo.sh && sh cmake/test.sh"
  has conf "proxy.invalid"
  ! grep -q Languages "$work/conf" || complain "it took over what does not lead to the mirror"
  has chroot " /usr/bin/env -i PATH="
}
case_ubuntu() {
  run noble
  [ "$status" -eq 0 ] || complain "it ended with $status"
  has debootstrap " http://mirror.invalid/ubuntu"
  has sources "deb http://mirror.invalid/ubuntu noble main universe"
}
case_compile() {
  run --compile bookworm
  [ "$status" -eq 0 ] || complain "it ended with $status"
  has chroot ". /root/compile"
}
case_cache() {
  run --cache trixie
  [ "$status" -eq 0 ] || complain "it ended with $status"
  [ -e "$work/checkout/build/fresh/trixie.tar" ] || complain "the cache is not there"
  rm "$work/debootstrap"
  run --cache trixie
  [ "$status" -eq 0 ] || complain "it ended with $status"
  [ ! -e "$work/debootstrap" ] || complain "debootstrap was called again"
  has conf "proxy.invalid"
}
case_not_root() {
  program id <<'END'
echo 1000
END
  run trixie
  fails_with "vicar: this needs root"
}
case_no_debootstrap() {
  rm "$work/bin/debootstrap"
  run trixie
  fails_with "vicar: there is no debootstrap; install it"
}
case_unknown_suite() {
  run potato
  fails_with "vicar: potato is not a known suite; usage: sh cmake/check_fresh.sh"
}
case_no_suite() {
  run
  fails_with "vicar: usage: sh cmake/check_fresh.sh"
}
case_no_mirror() {
  program apt-get </dev/null
  run trixie
  fails_with "vicar: apt's sources name no mirror of Debian or Ubuntu"
}
case_mirror_fails() {
  touch "$work/debootstrap_fails"
  run trixie
  fails_with "vicar: debootstrap cannot make trixie from http://mirror.invalid/debian: E: Failed getting release file"
}
case_scripts_fail() {
  touch "$work/fails"
  run trixie
  [ "$status" -eq 1 ] || complain "it ended with $status"
  says "vicar: trixie: it failed after"
}
case_interrupted() {
  touch "$work/hangs"
  env -i PATH="$work/bin" sh "$work/checkout/cmake/check_fresh.sh" trixie >"$work/said" 2>&1 </dev/null &
  script=$!
  while [ ! -e "$work/hanging" ]; do
    kill -0 "$script" 2>/dev/null || complain "it ended early"
    sleep 0.1
  done
  kill -TERM "$script"
  status=0
  wait "$script" || status=$?
  [ "$status" -eq 143 ] || complain "it ended with $status"
}

"case_$chosen"
is_clean
