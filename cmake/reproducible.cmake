# What is published is the same to the bit wherever it is built: assertions name the files of this tree by their path in
# it, not by that of the machine. Builds that are measured or debugged keep the whole path, by which tools find a text.

if(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_options(project_options INTERFACE -ffile-prefix-map=${PROJECT_SOURCE_DIR}/=)
endif()
