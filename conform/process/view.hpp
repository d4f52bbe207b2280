// What a program sees of the file system: in a mount name space of its own some folders look empty, and /proc shows
// only its own processes. Only system calls: this is for a child after the fork.
#pragma once

#include <vector>

namespace conform {

/// Nothing that is mounted from here on is seen by others.
bool keep_mounts_to_ourselves();

/// Of the process name space that we stand in.
bool mount_proc();

/// An empty folder that cannot be written, in the place of this one.
bool cover(const char* folder);

/// Root's means to undo this, or to get past it, are gone for good from the next exec on.
void drop_ways_out();

}  // namespace conform
