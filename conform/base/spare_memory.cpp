#include "base/spare_memory.hpp"

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace conform {

void give_back_freed_memory() {
#ifdef __GLIBC__
  ::malloc_trim(0);
#endif
}

}  // namespace conform
