// SHA-256 over the files of the corpus and of the implementations.
//
// Two digests are in use. The plain one is over a guest disk's bytes, up to 1 GiB of them. An image's is over its data:
// blocks of zeros are left out wherever the file system keeps them. So a sparse terabyte can be hashed, and a hole is
// no different from written zeros.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "base/result.hpp"

namespace conform {

struct Digest {
  std::uint64_t length = 0;
  std::string sha256;
  friend bool operator==(const Digest&, const Digest&) = default;
};

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void update(std::span<const std::byte> bytes);
  void update_zeros(std::uint64_t count);
  void update_uint64(std::uint64_t value);  // 8 bytes, little-endian
  std::string hex();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

/// Over the file's length, then for each maximal run of 4096-byte blocks that are not all zero (the last block of the
/// file may be short) its offset, its length and its bytes; numbers are 8 bytes, little-endian.
Result<Digest> image_digest(const std::filesystem::path& file);

/// The plain SHA-256 of `length` bytes from `offset`; holes are not read.
Result<Digest> content_digest(const std::filesystem::path& file, std::uint64_t offset, std::uint64_t length);
Result<Digest> content_digest(const std::filesystem::path& file);

/// Longer disks are mostly hole, and nobody should have to read every byte of them.
inline constexpr std::uint64_t plain_digest_max = std::uint64_t{1} << 30;

/// A guest disk's: the plain one, or that of its data where it is longer than that.
Result<Digest> disk_digest(const std::filesystem::path& file);

}  // namespace conform
