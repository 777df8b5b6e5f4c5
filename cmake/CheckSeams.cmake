# Headers outside of detail/system read no clock, and neither sleep, yield, wake nor start a thread except through it, so
# that a world sees all of that. Exceptions: the worlds themselves, and vicar/clock.hpp, which hands the seam to users.
# HEADERS are relative to FOLDER.
cmake_minimum_required(VERSION 3.24)
set(direct "clock_gettime|[Cc]lock::now|SYS_(futex|gettid)|futex_call|sched_yield|nanosleep|sleep_for|sleep_until\\(")
string(APPEND direct "|this_thread::|pthread_create|std::j?thread[^a-z_]|condition_variable|[^a-z_]poll\\(")
foreach(header IN LISTS HEADERS)
  if(header MATCHES "/detail/(system|world)/|/vicar/clock.hpp$")
    continue()
  endif()
  file(STRINGS "${FOLDER}/${header}" lines REGEX "${direct}")
  foreach(line IN LISTS lines)
    string(REGEX REPLACE "//.*" "" code "${line}")
    if(code MATCHES "${direct}")
      message(SEND_ERROR "${header}: `${code}` bypasses detail/system; use clock.hpp, wait_word.hpp or native_thread.hpp")
    endif()
  endforeach()
endforeach()
