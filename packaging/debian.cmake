# Debian packages, one a component: `cpack -G DEB` in the build folder. scripts/release makes them the same to the bit.

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME qcow2-conform)
set(CPACK_PACKAGE_VENDOR "The qcow2-conform authors")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES TRUE)
set(CPACK_COMPONENTS_ALL model development runner)
set(CPACK_COMPONENTS_GROUPING ONE_PER_GROUP)
set(CPACK_DEB_COMPONENT_INSTALL TRUE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
if(NOT QCOW2_CONFORM_STATIC)
  set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS TRUE)
endif()
set(CPACK_DEBIAN_ENABLE_COMPONENT_DEPENDS FALSE)

set(CPACK_DEBIAN_MODEL_PACKAGE_NAME ${CPACK_PACKAGE_OF_model})
set(CPACK_DEBIAN_MODEL_PACKAGE_SECTION utils)
set(CPACK_COMPONENT_MODEL_DESCRIPTION
  "Reads, checks, writes and changes qcow2 images\nThe reference model of compressed clusters, as a program.")

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME ${CPACK_PACKAGE_OF_development})
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
# libfmt has its version in its name space.
string(REGEX MATCH "^[0-9]+" fmt_major ${fmt_VERSION})
math(EXPR fmt_next "${fmt_major} + 1")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
  "libexpected-dev, libfmt-dev (>= ${fmt_major}), libfmt-dev (<< ${fmt_next}), libzstd-dev, zlib1g-dev")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION
  "Reference model of compressed clusters in qcow2 images, in C++\nHeaders, a static library, CMake, pkg-config.")

set(CPACK_DEBIAN_RUNNER_PACKAGE_NAME ${CPACK_PACKAGE_OF_runner})
set(CPACK_DEBIAN_RUNNER_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_RUNNER_PACKAGE_DEPENDS "${CPACK_PACKAGE_OF_model} (= ${PROJECT_VERSION})")
set(CPACK_DEBIAN_RUNNER_PACKAGE_SUGGESTS "python3, qemu-utils")
set(CPACK_COMPONENT_RUNNER_DESCRIPTION
  "Judges readers, checkers and writers of qcow2 images\nThe runner, with the images and expectations of its corpus.")

include(CPack)
