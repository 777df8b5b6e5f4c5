include(FetchContent)

find_package(Threads REQUIRED)

# A parent project may have brought its own.
if(NOT TARGET fmt::fmt)
  find_package(fmt 9 QUIET)
  if(NOT fmt_FOUND)
    message(STATUS "fmt 9 or later was not found; downloading it")
    set(FMT_INSTALL ${VICAR_INSTALL} CACHE BOOL "Install fmt together with vicar")
    set(FMT_SYSTEM_HEADERS ON CACHE BOOL "No warnings from the headers of fmt")
    FetchContent_Declare(fmt GIT_REPOSITORY https://github.com/fmtlib/fmt.git GIT_TAG 9.1.0 GIT_SHALLOW TRUE)
    FetchContent_MakeAvailable(fmt)
  endif()
endif()

# For the opt-in headers alone. With libbacktrace, stacks have the names of local functions and lines, too.
include(cmake/vicar-boost.cmake)
vicar_name_package(vicar::inspect "Boost.PFR of Boost 1.75 or later (libboost-dev, on Debian 12 libboost1.81-dev)")
vicar_name_package(vicar::debug "Boost.Stacktrace of Boost 1.74 or later (libboost-dev)")
vicar_name_package(vicar::asio "Asio 1.20 or later (libasio-dev)")
vicar_name_package(vicar::boost_asio "Boost.Asio of Boost 1.77 or later (libboost-dev, on Debian 12 libboost1.81-dev)")
if(VICAR_HAS_STACKTRACE)
  include(CheckCXXSourceCompiles)
  set(CMAKE_REQUIRED_LIBRARIES backtrace)
  check_cxx_source_compiles("
    #include <backtrace.h>
    int main() { return backtrace_create_state(nullptr, 1, nullptr, nullptr) == nullptr; }" VICAR_HAS_LIBBACKTRACE)
  unset(CMAKE_REQUIRED_LIBRARIES)
endif()

if(VICAR_BUILD_TESTS AND NOT TARGET Catch2::Catch2)
  find_package(Catch2 QUIET)
  if(NOT Catch2_FOUND OR Catch2_VERSION VERSION_LESS 2.13)
    message(STATUS "Catch2 2.13 or later was not found; downloading it")
    FetchContent_Declare(Catch2 GIT_REPOSITORY https://github.com/catchorg/Catch2.git GIT_TAG v3.5.2 GIT_SHALLOW TRUE)
    FetchContent_MakeAvailable(Catch2)
  endif()
endif()

# What a few tests show vicar together with. Those of the system are built with its own standard library.
if((VICAR_BUILD_TESTS OR VICAR_BUILD_EXAMPLES) AND NOT VICAR_FMT_HEADER_ONLY)
  find_package(GTest QUIET)
  find_package(spdlog QUIET)
endif()
if(VICAR_FMT_HEADER_ONLY)
  vicar_name_package(GTest::gtest_main "GoogleTest for the standard library of this build")
  vicar_name_package(spdlog::spdlog "spdlog for the standard library of this build")
else()
  vicar_name_package(GTest::gtest_main "GoogleTest (libgtest-dev)")
  vicar_name_package(spdlog::spdlog "spdlog (libspdlog-dev)")
endif()
