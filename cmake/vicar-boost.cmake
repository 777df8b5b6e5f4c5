# Finds the headers of Boost and of Asio for the opt-in targets, here and where vicar is installed. VICAR_HAS_PFR,
# VICAR_HAS_STACKTRACE and VICAR_HAS_BOOST_ASIO say which parts of Boost there are: Boost 1.74 has no Boost.PFR, and some
# packages have nothing else. VICAR_HAS_ASIO says whether there is Asio without Boost, in VICAR_ASIO_INCLUDE_DIR. The
# Asio of both has to have cancellation slots.
if(NOT TARGET Boost::headers)
  if(POLICY CMP0167) # by the configuration file that Boost installs; CMake 3.30 and later warn otherwise
    cmake_policy(SET CMP0167 NEW)
  endif()
  find_package(Boost 1.74 QUIET)
endif()

# vicar_look_for_boost(<variable> <header> <version>): whether Boost has the header, which came with that version.
function(vicar_look_for_boost variable header version)
  set(${variable} FALSE PARENT_SCOPE)
  if(NOT TARGET Boost::headers)
    return()
  endif()
  get_target_property(folders Boost::headers INTERFACE_INCLUDE_DIRECTORIES)
  foreach(folder IN LISTS folders)
    if(EXISTS "${folder}/${header}")
      set(${variable} TRUE PARENT_SCOPE)
      return()
    endif()
  endforeach()
  # The folders may be generator expressions, whose value is not known yet.
  if(folders MATCHES "\\$<" AND Boost_VERSION_STRING VERSION_GREATER_EQUAL version)
    set(${variable} TRUE PARENT_SCOPE)
  endif()
endfunction()
vicar_look_for_boost(VICAR_HAS_PFR boost/pfr/core.hpp 1.75)
vicar_look_for_boost(VICAR_HAS_STACKTRACE boost/stacktrace.hpp 1.65)
vicar_look_for_boost(VICAR_HAS_BOOST_ASIO boost/asio/bind_cancellation_slot.hpp 1.77)

find_path(VICAR_ASIO_INCLUDE_DIR asio/bind_cancellation_slot.hpp)
mark_as_advanced(VICAR_ASIO_INCLUDE_DIR)
set(VICAR_HAS_ASIO FALSE)
if(VICAR_ASIO_INCLUDE_DIR)
  set(VICAR_HAS_ASIO TRUE)
endif()
