#include "base/spare_memory.hpp"

#include <cstdlib>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace conform {

#ifdef __GLIBC__

void map_large_buffers() {
  constexpr int large = 128 << 10;  // the library's own border; once it is set, frees no longer raise it
  ::mallopt(M_MMAP_THRESHOLD, large);
}

void give_back_freed_memory() { ::malloc_trim(0); }

#else

void map_large_buffers() {}
void give_back_freed_memory() {}

#endif

}  // namespace conform
