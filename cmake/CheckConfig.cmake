# What compilers that are not at hand would stop at, in HEADERS, and how they use config.hpp: each public one includes it first, so that it can refuse the compiler's flags before
# anything else is said, and all say VICAR_CONSTEVAL, which it defines, in the place of `consteval`.
cmake_minimum_required(VERSION 3.24)
foreach(header IN LISTS HEADERS)
  file(STRINGS "${FOLDER}/${header}" includes REGEX "^ *# *include ")
  if(header MATCHES "^include/vicar/[^/]+$" AND NOT includes MATCHES "^#include <vicar/detail/base/config.hpp>(;|$)")
    message(SEND_ERROR "${header} must include <vicar/detail/base/config.hpp> first")
  endif()
  file(STRINGS "${FOLDER}/${header}" lines REGEX "(^|[^A-Za-z_`])consteval($|[^A-Za-z_`])")
  if(lines AND NOT header MATCHES "/config\\.hpp$")
    message(SEND_ERROR "${header} uses consteval, which crashes Clang 15; use VICAR_CONSTEVAL: ${lines}")
  endif()
  file(STRINGS "${FOLDER}/${header}" lines REGEX "}\\([^()]*\\) *(&&|[|][|]|,) *[.][.][.]")
  if(lines)
    message(SEND_ERROR "${header} folds over calls of a lambda; g++ 14 and later take the pack of such a lambda for one "
      "of a fold inside it; write a function: ${lines}")
  endif()
endforeach()
