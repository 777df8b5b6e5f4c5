# What the tests and examples are built with, and nobody who uses the library: strict warnings and sanitizers.
set(CMAKE_CXX_EXTENSIONS OFF)
add_library(vicar_development INTERFACE)
target_compile_options(vicar_development INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow)
# GCC takes the inside of an empty std::optional for a value that was forgotten.
target_compile_options(vicar_development INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
# Asio 1.22 does not know the coroutines of Clang.
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  target_compile_definitions(vicar_development INTERFACE ASIO_HAS_CO_AWAIT=1 ASIO_HAS_STD_COROUTINE=1)
endif()
if(VICAR_WERROR)
  target_compile_options(vicar_development INTERFACE -Werror)
endif()

if(VICAR_SANITIZE STREQUAL "thread")
  set(sanitize -fsanitize=thread)
elseif(VICAR_SANITIZE STREQUAL "address")
  set(sanitize -fsanitize=address,undefined -fno-sanitize-recover=all)
elseif(NOT VICAR_SANITIZE STREQUAL "")
  message(FATAL_ERROR "VICAR_SANITIZE is `${VICAR_SANITIZE}`; it may be thread, address or empty")
endif()
if(sanitize)
  target_compile_options(vicar_development INTERFACE ${sanitize} -fno-omit-frame-pointer)
  target_link_options(vicar_development INTERFACE ${sanitize})
endif()

# gold takes half of the time of binutils' other linker, but warns of AddressSanitizer's symbols.
include(CheckLinkerFlag)
check_linker_flag(CXX -fuse-ld=gold VICAR_HAS_GOLD)
mark_as_advanced(VICAR_HAS_GOLD)
if(VICAR_HAS_GOLD AND NOT sanitize)
  target_link_options(vicar_development INTERFACE -fuse-ld=gold)
endif()
