# Compiles SOURCE (syntax only) with COMPILER and what CompileFail.cmake put into FOLDER, and judges the outcome by
# VARIANT: fail or control.
cmake_minimum_required(VERSION 3.24)
file(READ "${SOURCE}" text)
if(NOT text MATCHES "^// expect-error: ([^\n]+)\n")
  message(FATAL_ERROR "${SOURCE}: the first line must be `// expect-error: <regex>`")
endif()
set(expected "${CMAKE_MATCH_1}")

# A header may lack what the umbrella header has.
set(umbrella -include "${FOLDER}/all.hpp")
if(text MATCHES "\n// Without the umbrella header\\.\n")
  set(umbrella "")
endif()
set(define "")
if(VARIANT STREQUAL "control")
  set(define -DCONTROL)
endif()
set(ENV{LC_ALL} C)
execute_process(
  COMMAND "${COMPILER}" "@${FOLDER}/arguments" ${umbrella} ${define} -fsyntax-only
    -fdiagnostics-color=never "${SOURCE}"
  RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)

# Lists would be cut at the semicolons and brackets in the output, so these are counted in a copy without them.
string(REGEX MATCH "[^\n]*error: [^\n]*" first "${output}")
string(REGEX REPLACE "[][;]" " " plain "${output}")
string(REGEX MATCHALL "[^\n]*error: [^\n]*" errors "${plain}")
list(REMOVE_DUPLICATES errors)
list(LENGTH errors count)

set(problem "")
if(VARIANT STREQUAL "control")
  if(NOT result EQUAL 0)
    set(problem "must compile with CONTROL defined, but does not")
  endif()
elseif(result EQUAL 0)
  set(problem "must not compile, but does")
elseif(NOT first MATCHES "${expected}")
  set(problem "the first error is not the expected one\n  expected: ${expected}\n  first: ${first}")
endif()
if(problem)
  message("${output}")
  message(FATAL_ERROR "${SOURCE}: ${problem}\n  distinct errors: ${count}")
endif()
message("${SOURCE}: as expected, with ${count} distinct error(s)")
