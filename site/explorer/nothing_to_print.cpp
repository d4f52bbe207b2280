// What the C++ library would print before it gives up. A module that imports nothing has nowhere to print to: here each
// of these ways traps, which a browser shows as an error, and no part of the C library that writes is linked.
#include <cstdlib>
#include <new>
#if __has_include(<__verbose_abort>)
#include <__verbose_abort>
#endif

// Replaced as the standard allows: the library's own ends in the handlers of terminate, and they print.
void* operator new(std::size_t size) {
  if (void* memory = std::malloc(size != 0 ? size : 1)) return memory;
  __builtin_trap();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

#if __has_include(<__verbose_abort>)
#ifndef _LIBCPP_VERBOSE_ABORT_NOEXCEPT  // LLVM 20 has it, and 21 says noexcept instead
#if _LIBCPP_VERSION >= 210000
#define _LIBCPP_VERBOSE_ABORT_NOEXCEPT noexcept
#else
#define _LIBCPP_VERBOSE_ABORT_NOEXCEPT
#endif
#endif
// The hook that libc++ documents for a program's own last words.
void std::__libcpp_verbose_abort(const char*, ...) _LIBCPP_VERBOSE_ABORT_NOEXCEPT { __builtin_trap(); }
#endif
