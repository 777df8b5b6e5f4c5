# vicar_precompile(<name> LIBRARIES <target>... HEADERS <header>...): a target whose precompiled headers others reuse, if
# VICAR_PRECOMPILE is on. That saves a third of their time, but hides a missing include of one of these headers. The
# presets compile each header of the library alone, and `cmake/Snippets.cmake` reads the includes of the documentation.
function(vicar_precompile name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LIBRARIES;HEADERS")
  if(VICAR_PRECOMPILE)
    file(CONFIGURE OUTPUT ${name}.cpp CONTENT "")
    add_library(${name} OBJECT ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp)
    target_link_libraries(${name} PRIVATE ${arg_LIBRARIES})
    target_precompile_headers(${name} PRIVATE ${arg_HEADERS})
  endif()
endfunction()

function(vicar_reuse_precompiled target name)
  if(VICAR_PRECOMPILE)
    target_precompile_headers(${target} REUSE_FROM ${name})
  endif()
endfunction()
