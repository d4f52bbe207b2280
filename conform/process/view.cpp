#include "process/view.hpp"

#include <linux/capability.h>
#include <sys/mount.h>
#include <sys/prctl.h>

namespace conform {

bool keep_mounts_to_ourselves() { return ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0; }

bool mount_proc() { return ::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) == 0; }

bool cover(const char* folder) {
  return ::mount("none", folder, "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, "size=4k,mode=755") == 0;
}

void drop_ways_out() {
  // Mounts and name spaces, files by handle, devices, other processes, the kernel, and files that nobody can remove.
  for (const int capability : {CAP_SYS_ADMIN, CAP_DAC_READ_SEARCH, CAP_MKNOD, CAP_SYS_RAWIO, CAP_SYS_PTRACE,
                               CAP_SYS_MODULE, CAP_SYS_BOOT, CAP_LINUX_IMMUTABLE})
    ::prctl(PR_CAPBSET_DROP, capability);
}

}  // namespace conform
