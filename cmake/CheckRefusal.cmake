# Compiles each of FILES with FLAGS, with which the library must not compile: the only error must be EXPECT.
cmake_minimum_required(VERSION 3.24)
set(ENV{LC_ALL} C)
foreach(file IN LISTS FILES)
  execute_process(
    COMMAND "${COMPILER}" ${FLAGS} "-I${FOLDER}/include" -fsyntax-only -fdiagnostics-color=never -x c++ "${file}"
    RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  string(REPLACE ";" "," plain "${output}")
  string(REPLACE ";" "," expect "${EXPECT}")
  string(REGEX MATCHALL "error: [^\n]*" errors "${plain}")
  list(LENGTH errors count)
  string(FIND "${errors}" "${expect}" position)
  if(result EQUAL 0)
    message(SEND_ERROR "${file} must not compile with ${FLAGS}, but does")
  elseif(NOT count EQUAL 1 OR position EQUAL -1)
    message("${output}")
    message(SEND_ERROR "${file}: the only error must be `${EXPECT}`; there are ${count}")
  endif()
endforeach()
