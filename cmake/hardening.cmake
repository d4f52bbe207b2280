# What makes a mistake with hostile bytes end the program instead of serving the bytes: of what the compiler and the
# linker have, all. tests/structure/test_hardening.py looks for it in the programs.

include(CheckCXXCompilerFlag)
include(CheckPIESupported)

check_pie_supported(LANGUAGES C CXX)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
if(QCOW2_CONFORM_STATIC)
  link_statically()
endif()

set(hardening -fstack-protector-strong)
foreach(flag -fstack-clash-protection -fcf-protection=full -mbranch-protection=standard)
  string(MAKE_C_IDENTIFIER "has${flag}" known)
  check_cxx_compiler_flag(${flag} ${known})
  if(${known})
    list(APPEND hardening ${flag})
  endif()
endforeach()
target_compile_options(project_options INTERFACE ${hardening})
target_compile_definitions(project_options INTERFACE _GLIBCXX_ASSERTIONS)
target_link_options(project_options INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack)

# It needs an optimizing compiler, which code of tests is not given (tests/CMakeLists.txt), and sanitizers look at the
# same calls themselves.
if(NOT QCOW2_CONFORM_SANITIZE)
  set(optimized "$<AND:$<CONFIG:Release>,$<NOT:$<BOOL:$<TARGET_PROPERTY:IS_OF_TESTS>>>>")
  target_compile_options(project_options INTERFACE "$<${optimized}:-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=2>")
endif()
