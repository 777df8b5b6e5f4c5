# A header of vicar includes headers of lower layers, and of its own room those that stand before it in HEADERS. FOLDER is
# the root of the project. A room is a folder of detail/, or a public header by itself. One line is one layer, the lowest
# first; the rooms of a layer do not include each other.
cmake_minimum_required(VERSION 3.24)
set(layers
  "detail/base"
  "fwd overload stop_token version"
  "error options"
  "detail/meta detail/system"
  "detail/text"
  "detail/mailbox detail/observe"
  "bound_method clock dead_letter explore_options log traversable unobserved"
  "detail/wait"
  "detail/futures"
  "detail/cells future"
  "detail/calls detail/runtime"
  "any_actor_ref callable_proxy detail/tasks member_operations"
  "actor_ref task"
  "actor detail/compose detail/proxies registry"
  "proxy_field proxy_method"
  "members"
  "inspect nested_proxy"
  "actor_proxy detail/debug detail/fakes"
  "compose debug detail/asio detail/world explore_catch2 explore_googletest testing"
  "asio vicar world"
  "explore"
)

# find_room(<result> <header>): vicar/detail/cells/cell.hpp is in the room detail/cells.
function(find_room result header)
  string(REGEX REPLACE "^(include/)?vicar/|\\.hpp$" "" room "${header}")
  string(REGEX REPLACE "^(detail/[^/]+)/.+$" "\\1" room "${room}")
  set(${result} "${room}" PARENT_SCOPE)
endfunction()

set(number 0)
foreach(layer IN LISTS layers)
  string(REPLACE " " ";" rooms "${layer}")
  foreach(room IN LISTS rooms)
    set("layer_of_${room}" ${number})
  endforeach()
  math(EXPR number "${number} + 1")
endforeach()

set(before "")
foreach(header IN LISTS HEADERS)
  find_room(room ${header})
  if(NOT DEFINED "layer_of_${room}")
    message(SEND_ERROR "${header} is in no layer; add its room to cmake/CheckLayers.cmake")
    continue()
  endif()
  file(STRINGS "${FOLDER}/${header}" includes REGEX "^ *# *include <vicar/")
  foreach(include IN LISTS includes)
    string(REGEX REPLACE ".*<(.+)>.*" "\\1" include "${include}")
    find_room(included ${include})
    if(room STREQUAL included)
      if(NOT "include/${include}" IN_LIST before)
        message(SEND_ERROR "${header} includes ${include}, which is not listed before it in CMakeLists.txt")
      endif()
    elseif(NOT "${layer_of_${included}}" LESS "${layer_of_${room}}")
      message(SEND_ERROR "${header} includes ${include}, which is not in a lower layer; see cmake/CheckLayers.cmake")
    endif()
  endforeach()
  list(APPEND before ${header})
endforeach()
