include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(destination ${CMAKE_INSTALL_LIBDIR}/cmake/vicar)
install(TARGETS vicar vicar_testing EXPORT vicar-targets FILE_SET HEADERS)
install(EXPORT vicar-targets NAMESPACE vicar:: DESTINATION ${destination})
# The headers that need more are installed whether that is here or not: vicar-config.cmake makes targets where the others are.
foreach(header IN LISTS inspect_headers asio_headers framework_headers)
  cmake_path(GET header PARENT_PATH folder)
  cmake_path(RELATIVE_PATH folder BASE_DIRECTORY include)
  install(FILES ${header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/${folder})
endforeach()
configure_package_config_file(cmake/vicar-config.cmake.in vicar-config.cmake INSTALL_DESTINATION ${destination})
write_basic_package_version_file(vicar-config-version.cmake COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES ${PROJECT_BINARY_DIR}/vicar-config.cmake ${PROJECT_BINARY_DIR}/vicar-config-version.cmake
  cmake/vicar-boost.cmake DESTINATION ${destination})

# The headers of vicar are the same everywhere, so its .pc file lies beside those of other such packages.
set(pkgconfig ${CMAKE_INSTALL_DATADIR}/pkgconfig)
if(IS_ABSOLUTE "${CMAKE_INSTALL_DATADIR}" OR IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}")
  set(pc_prefix ${CMAKE_INSTALL_PREFIX})
  set(pc_includedir ${CMAKE_INSTALL_FULL_INCLUDEDIR})
else()
  file(RELATIVE_PATH up /${pkgconfig} /) # from where the file lies, so that the whole may be moved
  string(REGEX REPLACE "/$" "" up "${up}")
  set(pc_prefix "\${pcfiledir}/${up}")
  set(pc_includedir "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
endif()
if(VICAR_FMT_HEADER_ONLY)
  set(pc_requires "Requires.private: fmt >= 9") # its include folder, and not its library
  set(pc_definitions " -DFMT_HEADER_ONLY")
else()
  set(pc_requires "Requires: fmt >= 9")
  set(pc_definitions "")
endif()
configure_file(cmake/vicar.pc.in vicar.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/vicar.pc DESTINATION ${pkgconfig})

install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES cmake/valgrind.supp DESTINATION ${CMAKE_INSTALL_DATADIR}/vicar)
