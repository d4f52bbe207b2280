// By what a change of a file is noticed without reading it.
#pragma once

#include <sys/stat.h>

#include <filesystem>

namespace conform {

class FileStamp {
 public:
  /// As it is now; all that are not there are equal.
  explicit FileStamp(const std::filesystem::path& file) {
    if (::stat(file.c_str(), &status_) != 0) status_ = {};
  }

  friend bool operator==(const FileStamp& a, const FileStamp& b) {
    return a.status_.st_dev == b.status_.st_dev && a.status_.st_ino == b.status_.st_ino &&
           a.status_.st_size == b.status_.st_size && same(a.status_.st_mtim, b.status_.st_mtim) &&
           same(a.status_.st_ctim, b.status_.st_ctim);
  }

 private:
  static bool same(const timespec& a, const timespec& b) { return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec; }

  struct stat status_ = {};
};

}  // namespace conform
