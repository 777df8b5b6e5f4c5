# Runs the port of vcpkg in PORT without vcpkg: the functions below work as documented for vcpkg's functions of the same
# name. The package is created in FOLDER/package. Boost is missing, as in a build without features.
cmake_minimum_required(VERSION 3.24)
set(PORT_FOLDER ${PORT})
set(PORT vicar)
set(CURRENT_PORT_DIR ${PORT_FOLDER})
set(CURRENT_BUILDTREES_DIR ${FOLDER}/build)
set(CURRENT_PACKAGES_DIR ${FOLDER}/package)
file(REMOVE_RECURSE ${FOLDER})

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${ARGN}: it ended with ${status}\n${output}")
  endif()
endfunction()

function(vcpkg_cmake_configure)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "SOURCE_PATH" "OPTIONS")
  run(${CMAKE_COMMAND} -G ${GENERATOR} -S ${arg_SOURCE_PATH} -B ${CURRENT_BUILDTREES_DIR}
    -D CMAKE_BUILD_TYPE=Release -D CMAKE_INSTALL_PREFIX=${CURRENT_PACKAGES_DIR} -D CMAKE_CXX_COMPILER=${COMPILER}
    -D "CMAKE_CXX_FLAGS=${COMPILER_FLAGS}" -D BUILD_SHARED_LIBS=OFF -D CMAKE_INSTALL_LIBDIR:STRING=lib
    -D CMAKE_INSTALL_BINDIR:STRING=bin -D CMAKE_EXPORT_NO_PACKAGE_REGISTRY=ON
    -D CMAKE_FIND_PACKAGE_NO_PACKAGE_REGISTRY=ON -D FETCHCONTENT_FULLY_DISCONNECTED=ON
    -D "CMAKE_PREFIX_PATH=${PREFIX_PATH}" -D VICAR_FMT_HEADER_ONLY=${FMT_HEADER_ONLY}
    -D CMAKE_DISABLE_FIND_PACKAGE_Boost=ON ${arg_OPTIONS})
endfunction()

function(vcpkg_cmake_install)
  run(${CMAKE_COMMAND} --build ${CURRENT_BUILDTREES_DIR} --config Release --target install)
endfunction()

# The files move to share/<port>, so the path from there to the prefix changes.
function(vcpkg_cmake_config_fixup)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "CONFIG_PATH" "")
  set(share ${CURRENT_PACKAGES_DIR}/share/${PORT})
  file(COPY ${CURRENT_PACKAGES_DIR}/${arg_CONFIG_PATH}/ DESTINATION ${share})
  file(REMOVE_RECURSE ${CURRENT_PACKAGES_DIR}/${arg_CONFIG_PATH})
  file(GLOB files ${share}/*.cmake)
  foreach(file IN LISTS files)
    file(READ ${file} text)
    string(REPLACE "\${CMAKE_CURRENT_LIST_DIR}/../../../" "\${CMAKE_CURRENT_LIST_DIR}/../../" text "${text}")
    set(up "get_filename_component(_IMPORT_PREFIX \"\${_IMPORT_PREFIX}\" PATH)\n")
    string(REPLACE "${up}${up}${up}" "${up}${up}" text "${text}")
    file(WRITE ${file} "${text}")
  endforeach()
endfunction()

function(vcpkg_fixup_pkgconfig)
  if(NOT EXISTS ${CURRENT_PACKAGES_DIR}/share/pkgconfig/vicar.pc)
    message(FATAL_ERROR "vicar.pc is not where it should be")
  endif()
endfunction()

function(vcpkg_install_copyright)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "" "FILE_LIST")
  configure_file(${arg_FILE_LIST} ${CURRENT_PACKAGES_DIR}/share/${PORT}/copyright COPYONLY)
endfunction()

include(${PORT_FOLDER}/portfile.cmake)

# Mistakes that vcpkg warns about.
file(READ ${PORT_FOLDER}/vcpkg.json json)
string(JSON version GET "${json}" version)
if(NOT version STREQUAL VERSION)
  message(FATAL_ERROR "vcpkg.json has the version ${version}, and the project ${VERSION}")
endif()
foreach(file IN ITEMS include/vicar/vicar.hpp include/vicar/inspect.hpp include/vicar/debug.hpp
    share/vicar/vicar-config.cmake share/vicar/copyright share/vicar/usage)
  if(NOT EXISTS ${CURRENT_PACKAGES_DIR}/${file})
    message(FATAL_ERROR "the package has no ${file}")
  endif()
endforeach()
foreach(folder IN ITEMS lib debug bin share/doc)
  if(EXISTS ${CURRENT_PACKAGES_DIR}/${folder})
    message(FATAL_ERROR "the package has a folder ${folder}")
  endif()
endforeach()
file(GLOB_RECURSE files ${CURRENT_PACKAGES_DIR}/share/*)
foreach(file IN LISTS files)
  file(READ ${file} text)
  if(text MATCHES "${FOLDER}")
    message(FATAL_ERROR "${file} holds the path ${FOLDER}")
  endif()
endforeach()
