// A file of the work folder that goes with this object.
#pragma once

#include <filesystem>

#include "base/random_name.hpp"
#include "bench/bench.hpp"

namespace conform {

class Scrap {
 public:
  explicit Scrap(const Bench& bench) : path_(bench.work.root() / random_name()) {}
  Scrap(const Scrap&) = delete;
  ~Scrap() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace conform
