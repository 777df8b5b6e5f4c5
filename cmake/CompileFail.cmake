# vicar_add_compile_fail_test(<source>) adds two tests: as it is, the source must not compile, and the first error
# must match the `// expect-error: <regex>` of its first line; with CONTROL defined it must compile.
# RunCompileFail.cmake runs the compiler itself, because builds of a target for each would wait for each other. All
# share a precompiled umbrella header, without which they would take four times as long.
set(vicar_compile_fail_folder "${CMAKE_CURRENT_BINARY_DIR}")

function(vicar_prepare_compile_fail_tests)
  separate_arguments(flags UNIX_COMMAND "${CMAKE_CXX_FLAGS}")
  list(APPEND flags ${CMAKE_CXX20_STANDARD_COMPILE_OPTION})
  set(arguments "")
  foreach(flag IN LISTS flags)
    string(APPEND arguments "\"${flag}\"\n")
  endforeach()
  foreach(kind "COMPILE_OPTIONS," "COMPILE_DEFINITIONS,-D" "INCLUDE_DIRECTORIES,-I")
    string(REGEX MATCH "^(.+),(.*)$" kind "${kind}")
    set(values "$<TARGET_PROPERTY:vicar,INTERFACE_${CMAKE_MATCH_1}>")
    string(APPEND arguments "$<$<BOOL:${values}>:\"${CMAKE_MATCH_2}$<JOIN:${values},\"\n\"${CMAKE_MATCH_2}>\"\n>")
  endforeach()
  file(GENERATE OUTPUT "${vicar_compile_fail_folder}/arguments" CONTENT "${arguments}")
  file(GENERATE OUTPUT "${vicar_compile_fail_folder}/all.hpp" CONTENT "#include <vicar/vicar.hpp>\n")

  # The compiler finds it beside all.hpp under this name.
  set(extension pch)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    set(extension gch)
  endif()
  add_test(NAME compile_fail.precompile
    COMMAND ${CMAKE_CXX_COMPILER} @${vicar_compile_fail_folder}/arguments -x c++-header
      ${vicar_compile_fail_folder}/all.hpp -o ${vicar_compile_fail_folder}/all.hpp.${extension})
  set_tests_properties(compile_fail.precompile PROPERTIES
    LABELS compile_fail TIMEOUT 300 FIXTURES_SETUP compile_fail_precompiled)
endfunction()

function(vicar_add_compile_fail_test source)
  if(NOT TEST compile_fail.precompile)
    vicar_prepare_compile_fail_tests()
  endif()
  cmake_path(GET source STEM name)
  foreach(variant fail control)
    add_test(NAME compile_fail.${name}.${variant}
      COMMAND ${CMAKE_COMMAND} -D COMPILER=${CMAKE_CXX_COMPILER} -D FOLDER=${vicar_compile_fail_folder}
        -D SOURCE=${source} -D VARIANT=${variant}
        -P ${PROJECT_SOURCE_DIR}/cmake/RunCompileFail.cmake)
    set_tests_properties(compile_fail.${name}.${variant} PROPERTIES
      LABELS compile_fail TIMEOUT 120 FIXTURES_REQUIRED compile_fail_precompiled)
    if(variant STREQUAL "control")
      set_tests_properties(compile_fail.${name}.${variant} PROPERTIES LABELS "compile_fail;control")
    endif()
  endforeach()
endfunction()
