# SPDX-License-Identifier: BSL-1.0
# What Doxygen reads in place of a header, line by line; see Doxyfile.

function put(line) {
  printf "%s%s\n", templates, line
  templates = ""
  described = 0
}

function drop() {
  gsub(/[^\n]/, "", templates)
  put("")
}

# Macros and functions count only in a file that is documented itself.
FNR == 1 { print "/** @file */"; next }

/^ *\/\/\// { put($0); described = 1; heading = heading || /^\//; next }

# The implementation is left out, but for what a header opens again: bases whose members are for everybody.
FILENAME !~ /\/detail\// {
  if (/^namespace [a-z_:]*detail [{]$/) { put($0 " /** @cond */"); next }
  if (/^}  \/\/ namespace [a-z_:]*detail$/) { put("/** @endcond */ " $0); next }
}

# The members of a base that is a template would be shown without their own template parameters.
/^template <class Self, class T>$/ { templates = "\n"; next }
{ sub(/member_operations<[a-z_]*<[TU]>, [TU]>/, "member_operations") }
{ sub(/ = typename untold_function<Object>::type/, "") }

# What a macro with arguments stands for is nobody's business.
/^#define [A-Z_]*\(\.\.\.\) [^\\]*$/ { sub(/\) .*/, ")") }

/^ *template </ || (templates ~ /^template/ && /^ /) { templates = templates $0 "\n"; next }

# Friend classes would be shown as members.
/^ *friend (class|struct) .*;$/ || /^ *friend .* detail::/ { drop(); next }

# Doxygen 1.9 is silent about undocumented enumerators, concepts, namespaces and classes without members of their own. A
# command that it does not know makes it speak.
/^ *}/ { in_enumeration = 0 }
in_enumeration && !described && !/\/\/\// { $0 = $0 "  ///< @undocumented" }
/^ *enum .*[{]$/ { in_enumeration = 1 }
/^ *enum .*[{].*}/ || !described && /^ +(class|struct) .*[{].*};$/ ||
    !heading && /^(class|struct|union|concept|namespace) [^;]*[{=]/ && !/^namespace vicar(::detail)? [{]$/ {
  templates = "/** @undocumented */ " templates
}
/^[^ ]/ { heading = 0 }

{ put($0) }
