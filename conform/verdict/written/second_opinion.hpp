// What qemu-img, where it is installed, makes of an image that an implementation has left. It is recorded beside the
// model's judgement, and decides nothing.
#pragma once

#include <functional>
#include <optional>

#include "bench/bench.hpp"
#include "verdict/comparison.hpp"

namespace conform {

struct SecondOpinion {
  std::string check;  // clean, leaks, corrupt, refused; or how it failed
  std::string read;   // equal, other-bytes, refused; or how it failed
};

/// Says where a disk that was read differs from what it should be.
using CompareDisk = std::function<Result<std::optional<FirstDiff>>(const std::filesystem::path& disk)>;

/// Nothing where there is no qemu-img.
std::optional<SecondOpinion> ask_qemu_img(const Bench& bench, const std::filesystem::path& image,
                                          const CompareDisk& compare);

}  // namespace conform
