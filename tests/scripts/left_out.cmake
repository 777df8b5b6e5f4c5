# Configures the checkout SOURCE without Boost, and with a Boost that has Stacktrace and no PFR, as Debian 12's default:
# what that leaves out must be printed once with the package's name, and its tests must be skipped by name.
cmake_minimum_required(VERSION 3.24)
file(REMOVE_RECURSE ${FOLDER})
file(WRITE ${FOLDER}/boost/BoostConfig.cmake "
  add_library(Boost::headers INTERFACE IMPORTED)
  set_target_properties(Boost::headers PROPERTIES INTERFACE_INCLUDE_DIRECTORIES \"${FOLDER}/boost/include\")
  set(Boost_VERSION_STRING 1.74.0)")
file(WRITE ${FOLDER}/boost/BoostConfigVersion.cmake "
  set(PACKAGE_VERSION 1.74.0)
  if(NOT PACKAGE_FIND_VERSION VERSION_GREATER PACKAGE_VERSION)
    set(PACKAGE_VERSION_COMPATIBLE TRUE)
  endif()")
file(WRITE ${FOLDER}/boost/include/boost/stacktrace.hpp "")

# configure(<name> <argument>...): stores CMake's output in ${said}, and ctest's output for two tests in ${tested}.
function(configure name)
  execute_process(COMMAND ${CMAKE_COMMAND} -G ${GENERATOR} -S ${SOURCE} -B ${FOLDER}/${name}
      -D CMAKE_BUILD_TYPE=Debug -D CMAKE_CXX_COMPILER=${COMPILER} -D VICAR_BUILD_TESTS=ON -D VICAR_BUILD_EXAMPLES=OFF
      -D "VICAR_SKIP_TEST_FOLDERS=scripts;portability" ${ARGN}
    RESULT_VARIABLE status OUTPUT_VARIABLE said ERROR_VARIABLE said)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "it does not configure:\n${said}")
  endif()
  execute_process(COMMAND ${CTEST} --test-dir ${FOLDER}/${name} -R "^test\\.(inspect|debug)$"
    OUTPUT_VARIABLE tested ERROR_VARIABLE tested)
  string(REPLACE ";" "," said "${said}") # which would cut what is found in two
  set(said "${said}" PARENT_SCOPE)
  set(tested "${tested}" PARENT_SCOPE)
endfunction()

# says(<count> <regex>): how often CMake's output must match.
function(says count regex)
  string(REGEX MATCHALL "${regex}" found "${said}")
  list(LENGTH found number)
  if(NOT number EQUAL count)
    message(FATAL_ERROR "`${regex}` was said ${number} times instead of ${count}:\n${said}")
  endif()
endfunction()

configure(without_boost -D CMAKE_DISABLE_FIND_PACKAGE_Boost=ON)
says(1 "vicar: Boost\\.PFR[^\n]* was not found, left out: vicar::inspect, test\\.inspect, [^\n]*reference\\.inspect_1")
says(1 "vicar: Boost\\.Stacktrace[^\n]* was not found, left out: vicar::debug, test\\.debug, ")
if(NOT tested MATCHES "test\\.debug \\(Skipped\\)" OR NOT tested MATCHES "test\\.inspect \\(Skipped\\)")
  message(FATAL_ERROR "the tests are not skipped by name:\n${tested}")
endif()

configure(with_1_74 -D Boost_DIR=${FOLDER}/boost)
says(1 "vicar: Boost\\.PFR[^\n]* was not found, left out: vicar::inspect, test\\.inspect, ")
says(0 "Boost\\.Stacktrace")
if(tested MATCHES "test\\.debug \\(Skipped\\)" OR NOT tested MATCHES "test\\.inspect \\(Skipped\\)")
  message(FATAL_ERROR "the wrong tests are skipped:\n${tested}")
endif()
