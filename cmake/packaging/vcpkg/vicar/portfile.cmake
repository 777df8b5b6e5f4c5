# An overlay port that packages the checkout it lies in:
#   vcpkg install vicar --overlay-ports=<checkout>/cmake/packaging/vcpkg
cmake_path(ABSOLUTE_PATH CURRENT_PORT_DIR NORMALIZE OUTPUT_VARIABLE SOURCE_PATH)
foreach(level RANGE 3) # from cmake/packaging/vcpkg/vicar
  cmake_path(GET SOURCE_PATH PARENT_PATH SOURCE_PATH)
endforeach()

set(VCPKG_BUILD_TYPE release) # headers are the same in both
vcpkg_cmake_configure(
  SOURCE_PATH "${SOURCE_PATH}"
  OPTIONS
    -DVICAR_BUILD_TESTS=OFF
    -DVICAR_BUILD_EXAMPLES=OFF
    -DVICAR_BUILD_BENCHMARKS=OFF
    -DVICAR_INSTALL=ON
)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH lib/cmake/vicar)
vcpkg_fixup_pkgconfig()
file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/lib" "${CURRENT_PACKAGES_DIR}/share/doc")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
file(INSTALL "${CMAKE_CURRENT_LIST_DIR}/usage" DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
