include(FetchContent)

find_package(Threads REQUIRED)

# A parent project may have brought its own.
if(NOT TARGET fmt::fmt)
  find_package(fmt 9 QUIET)
  if(NOT fmt_FOUND)
    message(STATUS "fmt 9 or later was not found and is downloaded")
    set(FMT_INSTALL ${VICAR_INSTALL} CACHE BOOL "Install fmt together with vicar")
    set(FMT_SYSTEM_HEADERS ON CACHE BOOL "No warnings from the headers of fmt")
    FetchContent_Declare(fmt GIT_REPOSITORY https://github.com/fmtlib/fmt.git GIT_TAG 9.1.0 GIT_SHALLOW TRUE)
    FetchContent_MakeAvailable(fmt)
  endif()
endif()

if(VICAR_BUILD_TESTS AND NOT TARGET Catch2::Catch2)
  find_package(Catch2 QUIET)
  if(NOT Catch2_FOUND OR Catch2_VERSION VERSION_LESS 2.13)
    message(STATUS "Catch2 2.13 or later was not found and is downloaded")
    FetchContent_Declare(Catch2 GIT_REPOSITORY https://github.com/catchorg/Catch2.git GIT_TAG v3.5.2 GIT_SHALLOW TRUE)
    FetchContent_MakeAvailable(Catch2)
  endif()
endif()
