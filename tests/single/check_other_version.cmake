# HEADER must refuse to be compiled after another version of the headers.
cmake_minimum_required(VERSION 3.24)
execute_process(COMMAND ${COMPILER} -std=c++20 -DVICAR_VERSION=99 -fsyntax-only -x c++ ${HEADER}
  RESULT_VARIABLE status ERROR_VARIABLE errors)
if(status EQUAL 0 OR NOT errors MATCHES "vicar: another version was included before this header; include only one of them")
  message(FATAL_ERROR "it ended with ${status}:\n${errors}")
endif()
