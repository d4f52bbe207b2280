# QCOW2_CONFORM_STATIC: programs that need no library of the machine they run on, for any Linux. Included before the
# packages are looked for, of which only static libraries are then taken.

set(CMAKE_FIND_LIBRARY_SUFFIXES .a)
set(CMAKE_SKIP_RPATH TRUE)  # a static program that has one does not start

# After check_pie_supported, whose -pie would link dynamically. Not every machine has what -static-pie starts with.
macro(link_statically)
  include(CheckLinkerFlag)
  check_linker_flag(CXX -static-pie has_static_pie)
  set(CMAKE_C_LINK_OPTIONS_PIE -static)
  if(has_static_pie)
    set(CMAKE_C_LINK_OPTIONS_PIE -static-pie)
  endif()
  set(CMAKE_CXX_LINK_OPTIONS_PIE ${CMAKE_C_LINK_OPTIONS_PIE})
endmacro()

# Debian has no static libfmt. Its headers hold the whole library, though: one source file makes a library of them.
function(make_fmt_static)
  set(source ${PROJECT_BINARY_DIR}/fmt_static.cpp)
  file(CONFIGURE OUTPUT ${source} CONTENT "#include <fmt/chrono.h>\n#include <fmt/format.h>\n#include <fmt/ranges.h>\n")
  add_library(fmt-static STATIC ${source})
  target_include_directories(fmt-static SYSTEM PRIVATE $<TARGET_PROPERTY:fmt::fmt,INTERFACE_INCLUDE_DIRECTORIES>)
  target_compile_definitions(fmt-static PRIVATE FMT_HEADER_ONLY)
  target_compile_options(fmt-static PRIVATE -fkeep-inline-functions)
  get_target_property(configurations fmt::fmt IMPORTED_CONFIGURATIONS)
  foreach(configuration ${configurations})
    set_target_properties(fmt::fmt PROPERTIES IMPORTED_LOCATION_${configuration} ${PROJECT_BINARY_DIR}/libfmt-static.a)
  endforeach()
  add_dependencies(fmt::fmt fmt-static)
endfunction()
