# The build tree is laid out like an installation, so a program finds its data in one way: bin/, libexec/qcow2-conform/
# and share/qcow2-conform/ stand side by side. What an installation holds copies of, the build tree links to.

set(data ${PROJECT_BINARY_DIR}/share/qcow2-conform)
file(MAKE_DIRECTORY ${data} ${PROJECT_BINARY_DIR}/libexec)
foreach(link
    "../bin>libexec/qcow2-conform"
    "../../corpus>share/qcow2-conform/corpus"
    "${PROJECT_SOURCE_DIR}>share/qcow2-conform/source"
    "${PROJECT_SOURCE_DIR}/implementations>share/qcow2-conform/implementations"
    "${PROJECT_SOURCE_DIR}/conform/schemas>share/qcow2-conform/schemas"
    "${PROJECT_SOURCE_DIR}/docs/kill-matrix.json>share/qcow2-conform/kill-matrix.json"
    "${PROJECT_SOURCE_DIR}/tests/mutants>share/qcow2-conform/mutants")
  string(REPLACE ">" ";" link "${link}")
  list(GET link 0 target)
  list(GET link 1 name)
  file(CREATE_LINK ${target} ${PROJECT_BINARY_DIR}/${name} SYMBOLIC)
endforeach()
