#!/bin/sh
# Writes vicar as one header: sh cmake/single_header.sh [--with <name>]... <file>
# The file has what <vicar/vicar.hpp> includes, and <vicar/<name>.hpp> for each name, such as testing, debug or inspect.
# Each part keeps its include guard, so the other headers of the same version may be included before it and after it.
set -eu

include=$(CDPATH='' cd -- "$(dirname -- "$0")/../include" && pwd)
usage="usage: sh cmake/single_header.sh [--with <name>]... <file>"

fail() {
  echo "vicar: $*" >&2
  exit 1
}

roots=vicar/vicar.hpp
while [ $# -gt 1 ]; do
  [ "$1" = --with ] || fail "$usage"
  [ -e "$include/vicar/$2.hpp" ] || fail "there is no header <vicar/$2.hpp>; $usage"
  roots="$roots vicar/$2.hpp"
  shift 2
done
[ $# -eq 1 ] || fail "$usage"

version=$(sed -n 's/^#define VICAR_VERSION \([0-9]*\)$/\1/p' "$include/vicar/version.hpp")
[ -n "$version" ] || fail "version.hpp has no version number"

# What every header begins with comes first, then what the parts include from elsewhere, once, then the parts, each after
# those that it includes. Includes from elsewhere that depend on a macro stay where they are.
LC_ALL=C awk -v include="$include" -v roots="$roots" -v version="$version" '
  function expand(name,    path, line, lines, count, i, depth, status) {
    if (name in seen) return
    seen[name] = 1
    path = include "/" name
    while ((status = (getline line < path)) > 0) lines[++count] = line
    close(path)
    if (status < 0) refuse(path " cannot be read")

    for (i = 1; i <= count; ++i) {
      if (lines[i] ~ /^#include <vicar\/.*>/) expand(file_of(lines[i]))
    }
    parts[++written] = ""
    last = ""
    for (i = 1; i <= count; ++i) {
      line = lines[i]
      if (line ~ /^#[ ]*if/) ++depth
      if (line ~ /^#[ ]*endif/) --depth
      if (line ~ /^#include </ && depth == 1) {
        if (line !~ /^#include <vicar\//) elsewhere[file_of(line)]
      } else if (line !~ /^#include <vicar\// && line !~ /^\/\/ SPDX-License-Identifier: / && (line != "" || last != "")) {
        parts[++written] = last = line
      }
    }
    if (depth != 0) refuse(name " has an #if without an #endif")
  }
  function file_of(line) {
    sub(/^#include </, "", line)
    sub(/>.*$/, "", line)
    return line
  }
  function refuse(why) {
    print "vicar: " why > "/dev/stderr"
    refused = 1
    exit 1
  }
  BEGIN {
    expand("vicar/detail/base/config.hpp")
    first = written
    named = split(roots, root, " ")
    for (i = 1; i <= named; ++i) expand(root[i])

    print "// SPDX-License-Identifier: BSL-1.0"
    print "// Made of the headers of vicar by cmake/single_header.sh: change those instead."
    print "#ifndef VICAR_SINGLE_HPP"
    print "#define VICAR_SINGLE_HPP"
    print ""
    print "#if defined(VICAR_VERSION) && VICAR_VERSION != " version
    print "#include \"vicar: another version was included before this header; include only one of them\"" # as in config.hpp
    print "#endif"
    for (i = 1; i <= first; ++i) print parts[i]
    print ""
    for (file in elsewhere) { # in the order of the alphabet
      for (i = ++others; i > 1 && files[i - 1] > file; --i) files[i] = files[i - 1]
      files[i] = file
    }
    for (i = 1; i <= others; ++i) print "#include <" files[i] ">"
    for (i = first + 1; i <= written; ++i) print parts[i]
    print ""
    print "#endif"
  }
  END { exit refused }
' </dev/null >"$1.part" || {
  rm -f "$1.part"
  exit 1
}
mv "$1.part" "$1"
