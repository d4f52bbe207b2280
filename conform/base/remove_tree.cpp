#include "base/remove_tree.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <vector>

#include "base/open_file.hpp"
#include "base/random_name.hpp"

namespace conform {
namespace {

FileDescriptor open_folder(int parent, const char* name) {
  return FileDescriptor(::openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

std::vector<std::string> names_in(int folder) {
  struct Close {
    void operator()(DIR* stream) const { ::closedir(stream); }
  };
  std::vector<std::string> names;
  const std::unique_ptr<DIR, Close> stream(::fdopendir(open_folder(folder, ".").release()));
  while (const dirent* entry = stream ? ::readdir(stream.get()) : nullptr)
    if (const std::string name = entry->d_name; name != "." && name != "..") names.push_back(name);
  return names;
}

/// A file, or a folder that is empty; any other folder can be entered afterwards.
bool take_away(int parent, const char* name) {
  if (::unlinkat(parent, name, 0) == 0) return true;
  if (errno != EISDIR) return false;
  if (::unlinkat(parent, name, AT_REMOVEDIR) == 0) return true;
  [[maybe_unused]] const int opened = ::fchmodat(parent, name, 0700, 0);  // a folder that stays shut is not entered
  return false;
}

/// What is in a folder of `root` and does not go is moved up into `root`, so that depth costs neither path nor
/// descriptor. Whether anything was moved or taken away.
bool take_apart(int root, const char* name) {
  if (take_away(root, name)) return true;
  const auto folder = open_folder(root, name);
  bool changed = false;
  for (const auto& inner : names_in(folder.get()))
    changed |= take_away(folder.get(), inner.c_str()) ||
               ::renameat(folder.get(), inner.c_str(), root, random_name().c_str()) == 0;
  return take_away(root, name) || changed;
}

}  // namespace

void remove_tree(const std::filesystem::path& path) {
  if (path.empty() || take_away(AT_FDCWD, path.c_str())) return;
  const auto root = open_folder(AT_FDCWD, path.c_str());
  for (bool changed = true; changed;) {
    changed = false;
    for (const auto& name : names_in(root.get())) changed |= take_apart(root.get(), name.c_str());
  }
  take_away(AT_FDCWD, path.c_str());
}

}  // namespace conform
