# The umbrella header, which FOLDER has an `all.hpp` and the compiler's arguments for (see CompileFail.cmake), includes
# none of the headers that take long to compile, neither by itself nor through others.
# Only where the standard library is libstdc++: others have headers of their own in these, or these in their own.
cmake_minimum_required(VERSION 3.24)
set(refused chrono condition_variable coroutine filesystem functional future iostream random ranges regex thread)

# Without FMT_HEADER_ONLY, with which fmt/core.h includes fmt/format.h.
execute_process(
  COMMAND "${COMPILER}" "@${FOLDER}/arguments" -UFMT_HEADER_ONLY -M -x c++ "${FOLDER}/all.hpp"
  RESULT_VARIABLE result OUTPUT_VARIABLE rule ERROR_VARIABLE errors)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "the umbrella header does not compile:\n${errors}")
endif()
string(REGEX MATCHALL "([^ \n\\]|\\\\ )+" files "${rule}")

set(library "")
foreach(file IN LISTS files)
  if(file MATCHES "^(.+)/bits/move\\.h$") # nobody else has it
    set(library "${CMAKE_MATCH_1}")
  endif()
endforeach()
if(NOT library)
  message("skipped: the standard library is not libstdc++")
  return()
endif()

set(core_is_all FALSE) # since fmt 11, fmt/core.h is nothing but fmt/format.h
if(rule MATCHES "/fmt/base\\.h")
  set(core_is_all TRUE)
endif()
set(found "")
foreach(file IN LISTS files)
  cmake_path(GET file FILENAME name)
  if(name IN_LIST refused AND file STREQUAL "${library}/${name}")
    list(APPEND found ${file})
  elseif(file MATCHES "/fmt/format\\.h$" AND NOT core_is_all)
    list(APPEND found ${file})
  elseif(file MATCHES "/boost/.+\\.hpp$" AND NOT file MATCHES "/vicar/|/all\\.hpp$") # the project may lie there
    list(APPEND found ${file})
  endif()
endforeach()
list(LENGTH files count)
if(found)
  list(JOIN found "\n  " found)
  message(FATAL_ERROR "vicar/vicar.hpp includes, through what the compiler's -H shows:\n  ${found}")
endif()
message("vicar/vicar.hpp includes ${count} files, all of them lean")
