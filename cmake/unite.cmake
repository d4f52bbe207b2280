# The files of a folder compiled as one: nearly all of a small file's time goes into the headers that it shares with its
# neighbours. The presets dev and tidy compile each file alone, and so find what a file forgot to include.
option(QCOW2_CONFORM_UNITE "Compile the files of a folder as one, where a target allows it" ON)

# unite_folders(TARGET): its files of one folder are one unit. Generated files stay alone.
function(unite_folders target)
  if(NOT QCOW2_CONFORM_UNITE)
    return()
  endif()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  # g++ warns where a file is included, and not where it is compiled, of a class that only this file has.
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
  get_target_property(sources ${target} SOURCES)
  foreach(source ${sources})
    get_filename_component(folder "${source}" DIRECTORY)
    if(NOT IS_ABSOLUTE "${source}")
      string(REPLACE "/" "_" group "${target}_${folder}")
      set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${group})
    endif()
  endforeach()
endfunction()
