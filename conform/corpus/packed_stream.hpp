// The bytes of a packed file of the corpus, from its beginning on; decompressed where it is compressed.
#pragma once

#include <zstd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace conform {

class PackedStream {
 public:
  /// One whose name ends in .zst is a zstd frame.
  explicit PackedStream(const std::filesystem::path& file);

  /// Fills `out`; false where the file ends before, cannot be read, or is no frame.
  bool read(std::span<char> out);
  /// 8 bytes, little-endian.
  std::optional<std::uint64_t> number();

 private:
  bool decompress(std::span<char> out);

  struct Free {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };
  std::ifstream file_;
  std::unique_ptr<ZSTD_DCtx, Free> context_;  // of a compressed one
  std::vector<char> buffer_;
  ZSTD_inBuffer input_{};
};

}  // namespace conform
