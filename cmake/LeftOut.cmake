# What is left out because a package was not found can be seen: its tests are there and ctest skips them by name, and a
# line at the end of the configuration names the package and everything that it is needed for.

# vicar_name_package(<target> <text>): how people know what has to be installed for the target to be there.
function(vicar_name_package target text)
  set_property(GLOBAL PROPERTY "vicar_package_of_${target}" "${text}")
endfunction()

# vicar_leave_out(<missing> [WHAT <name>...] [TESTS <name>...]): notes that what has these names needs what is missing: a
# target that vicar_name_package has named, or a text.
function(vicar_leave_out missing)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "WHAT;TESTS")
  get_property(package GLOBAL PROPERTY "vicar_package_of_${missing}")
  if(NOT package)
    set(package "${missing}")
  endif()
  foreach(test IN LISTS arg_TESTS)
    add_test(NAME ${test} COMMAND ${CMAKE_COMMAND} -E echo "skipped: it needs ${package}")
    set_tests_properties(${test} PROPERTIES SKIP_REGULAR_EXPRESSION "^skipped: ")
  endforeach()
  get_property(packages GLOBAL PROPERTY vicar_missing_packages)
  if(NOT package IN_LIST packages)
    set_property(GLOBAL APPEND PROPERTY vicar_missing_packages "${package}")
  endif()
  set_property(GLOBAL APPEND PROPERTY "vicar_left_out_without_${package}" ${arg_WHAT} ${arg_TESTS})
endfunction()

# Prints a line for each package. To be called when all has been configured.
function(vicar_report_left_out)
  get_property(packages GLOBAL PROPERTY vicar_missing_packages)
  foreach(package IN LISTS packages)
    get_property(names GLOBAL PROPERTY "vicar_left_out_without_${package}")
    list(JOIN names ", " names)
    message(STATUS "vicar: ${package} was not found; left out: ${names}")
  endforeach()
endfunction()
