#include "corpus/packed_stream.hpp"

#include <array>

namespace conform {

PackedStream::PackedStream(const std::filesystem::path& file) : file_(file, std::ios::binary) {
  if (file.extension() != ".zst") return;
  context_.reset(ZSTD_createDCtx());
  buffer_.resize(ZSTD_DStreamInSize());
}

bool PackedStream::read(std::span<char> out) {
  if (context_) return decompress(out);
  return static_cast<bool>(file_.read(out.data(), static_cast<std::streamsize>(out.size())));
}

bool PackedStream::decompress(std::span<char> out) {
  ZSTD_outBuffer output{out.data(), out.size(), 0};
  while (output.pos < output.size) {
    if (input_.pos == input_.size) {
      file_.read(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
      input_ = {buffer_.data(), static_cast<std::size_t>(file_.gcount()), 0};
    }
    const auto before = output.pos;
    const bool ended = input_.size == 0;  // what the context still holds may follow
    if (ZSTD_isError(ZSTD_decompressStream(context_.get(), &output, &input_))) return false;
    if (ended && output.pos == before) return false;
  }
  return true;
}

std::optional<std::uint64_t> PackedStream::number() {
  std::array<char, 8> bytes{};
  if (!read(bytes)) return std::nullopt;
  std::uint64_t value = 0;
  for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte) value = value << 8 | static_cast<unsigned char>(*byte);
  return value;
}

}  // namespace conform
