include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(destination ${CMAKE_INSTALL_LIBDIR}/cmake/vicar)
install(TARGETS vicar EXPORT vicar-targets FILE_SET HEADERS)
install(EXPORT vicar-targets NAMESPACE vicar:: DESTINATION ${destination})
if(TARGET vicar_debug AND TARGET vicar_inspect)
  # Apart, so that those who do not use them need no Boost.
  install(TARGETS vicar_inspect vicar_debug EXPORT vicar-opt-in-targets FILE_SET HEADERS)
  install(EXPORT vicar-opt-in-targets NAMESPACE vicar:: DESTINATION ${destination})
endif()
configure_package_config_file(cmake/vicar-config.cmake.in vicar-config.cmake INSTALL_DESTINATION ${destination})
write_basic_package_version_file(vicar-config-version.cmake COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES ${PROJECT_BINARY_DIR}/vicar-config.cmake ${PROJECT_BINARY_DIR}/vicar-config-version.cmake
  cmake/vicar-boost.cmake DESTINATION ${destination})
