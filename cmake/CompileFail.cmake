# vicar_add_compile_fail_test(<source>) adds two tests: as it is, the source must not compile, and the first error
# must match the `// expect-error: <regex>` of its first line; with CONTROL defined it must compile.
# RunCompileFail.cmake runs the compiler itself, because builds of a target for each would wait for each other.
function(vicar_write_compile_fail_arguments file)
  separate_arguments(flags UNIX_COMMAND "${CMAKE_CXX_FLAGS}")
  list(APPEND flags ${CMAKE_CXX20_STANDARD_COMPILE_OPTION})
  set(content "")
  foreach(flag IN LISTS flags)
    string(APPEND content "\"${flag}\"\n")
  endforeach()
  foreach(kind "COMPILE_OPTIONS," "COMPILE_DEFINITIONS,-D" "INCLUDE_DIRECTORIES,-I")
    string(REGEX MATCH "^(.+),(.*)$" kind "${kind}")
    set(values "$<TARGET_PROPERTY:vicar,INTERFACE_${CMAKE_MATCH_1}>")
    string(APPEND content "$<$<BOOL:${values}>:\"${CMAKE_MATCH_2}$<JOIN:${values},\"\n\"${CMAKE_MATCH_2}>\"\n>")
  endforeach()
  file(GENERATE OUTPUT "${file}" CONTENT "${content}")
endfunction()

set(vicar_compile_fail_arguments "${CMAKE_CURRENT_BINARY_DIR}/compile_fail.arguments")
vicar_write_compile_fail_arguments("${vicar_compile_fail_arguments}")

function(vicar_add_compile_fail_test source)
  cmake_path(GET source STEM name)
  foreach(variant fail control)
    add_test(NAME compile_fail.${name}.${variant}
      COMMAND ${CMAKE_COMMAND} -D COMPILER=${CMAKE_CXX_COMPILER} -D ARGUMENTS=${vicar_compile_fail_arguments}
        -D SOURCE=${CMAKE_CURRENT_SOURCE_DIR}/${source} -D VARIANT=${variant}
        -P ${PROJECT_SOURCE_DIR}/cmake/RunCompileFail.cmake)
    set_tests_properties(compile_fail.${name}.${variant} PROPERTIES LABELS compile_fail TIMEOUT 120)
  endforeach()
endfunction()
