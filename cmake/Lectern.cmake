# Helpers that every folder uses, so that one target a folder stays one line a folder.
include(GoogleTest OPTIONAL)
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Without the sloppiness it skips whatever uses a precompiled header.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
endif()

add_library(lectern_flags INTERFACE)
target_compile_options(lectern_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
  $<$<BOOL:${LECTERN_WERROR}>:-Werror>
  # g++ 12 sees overlapping copies in "literal" + std::string where there are none (GCC bug 105651).
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>
  # clang lays at our door that libstdc++ 12's own stable_sort calls what it has deprecated; g++ warns of ours.
  $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations>)
target_include_directories(lectern_flags INTERFACE ${CMAKE_SOURCE_DIR}/include ${CMAKE_SOURCE_DIR}/src)
target_link_libraries(lectern_flags INTERFACE Threads::Threads)

# lectern_room(NAME SOURCES a.cc b.cc DEPENDS core ... LIBRARIES fmt::fmt ...): the static library of src/NAME.
# DEPENDS are other rooms (public: their headers may show); LIBRARIES are third parties (private).
function(lectern_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;DEPENDS;LIBRARIES" ${ARGN})
  add_library(lectern_${name} STATIC ${ROOM_SOURCES})
  target_link_libraries(lectern_${name} PUBLIC lectern_flags)
  foreach(room ${ROOM_DEPENDS})
    target_link_libraries(lectern_${name} PUBLIC lectern_${room})
  endforeach()
  target_link_libraries(lectern_${name} PRIVATE ${ROOM_LIBRARIES})
endfunction()

# Sets `out` to the seconds that a test may take which takes up to `seconds` where nothing slows it down.
function(lectern_patience out seconds)
  if("${CMAKE_CXX_FLAGS}" MATCHES "-fsanitize=")
    math(EXPR seconds "${seconds} * 8")
  endif()
  set(${out} ${seconds} PARENT_SCOPE)
endfunction()

# lectern_test(NAME SOURCES a_test.cc DEPENDS room ... [LIBRARIES ...] [LABELS ...] [TIMEOUT s]): one GoogleTest program.
# Tests run in the source directory; LECTERN_MODELS names the folder of the real checkpoints.
function(lectern_test name)
  cmake_parse_arguments(TEST "" "TIMEOUT" "SOURCES;DEPENDS;LIBRARIES;LABELS" ${ARGN})
  if(NOT TEST_TIMEOUT)
    set(TEST_TIMEOUT 300)
  endif()
  add_executable(${name} ${TEST_SOURCES})
  foreach(room ${TEST_DEPENDS})
    target_link_libraries(${name} PRIVATE lectern_${room})
  endforeach()
  target_link_libraries(${name} PRIVATE lectern_test_flags ${TEST_LIBRARIES} GTest::gmock GTest::gtest_main)
  target_precompile_headers(${name} REUSE_FROM lectern_test_headers)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  lectern_patience(patience ${TEST_TIMEOUT})
  set(properties TIMEOUT ${patience})
  if(TEST_LABELS)  # an empty value would swallow the next name
    list(APPEND properties LABELS "${TEST_LABELS}")
  endif()
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} PROPERTIES ${properties}
    ENVIRONMENT "LECTERN_MODELS=${CMAKE_SOURCE_DIR}/models;XDG_CACHE_HOME=${CMAKE_BINARY_DIR}/cache")
endfunction()
