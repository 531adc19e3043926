# Build of the viewer.
cmake_minimum_required(VERSION 3.20)
project(viewer VERSION 1.2 LANGUAGES CXX)

option(VIEWER_TESTS "Build the tests" ON)
set(VIEWER_SOURCES main.cpp window.cpp)
set(CACHE_DIR "${CMAKE_BINARY_DIR}/cache" CACHE PATH "Where things are kept")

# The program itself.
add_executable(viewer ${VIEWER_SOURCES})
add_library(viewer_core STATIC core.cpp)
add_library(viewer::core ALIAS viewer_core)
ADD_LIBRARY(loud SHARED loud.cpp)
add_custom_target(docs COMMAND doxygen)

target_link_libraries(viewer PRIVATE viewer_core)

#[[ Adds a test with our usual flags.
TODO: take a timeout ]]
function(viewer_add_test name)
  set(local_name test_${name})
  add_executable(${local_name} ${ARGN})
  add_test(NAME unit_core COMMAND ${local_name})
endfunction()

macro(viewer_warn)
  message(WARNING "${ARGV}")
endmacro()

if(VIEWER_TESTS)
  enable_testing()
  add_executable(viewer_tests tests.cpp)
  viewer_add_test(core core_test.cpp)
endif()

foreach(lib IN ITEMS a b)
  add_library(${lib} ${lib}.cpp)
endforeach()

install(TARGETS viewer DESTINATION bin)

add_library(before before.cpp)

add_library(wrong wrong.cpp))

add_library(after after.cpp)
