#include "base/digest.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <vector>

#include "base/open_file.hpp"
#include "base/zeros.hpp"

namespace conform {
namespace {

constexpr std::size_t block_size = 4096;
static_assert(buffer_size % block_size == 0);

bool all_zero(std::span<const std::byte> bytes) { return std::equal(bytes.begin(), bytes.end(), zero_bytes.begin()); }

/// Hashes runs of blocks. A run's length is hashed before its bytes, so the bytes are read once more when it has ended.
class Runs {
 public:
  Runs(const OpenFile& file, Sha256& hash) : file_(file), hash_(hash), buffer_(buffer_size) {}

  void add(std::uint64_t begin, std::uint64_t end) {
    if (run_.end != begin || run_.begin == run_.end) {
      flush();
      run_ = {begin, end};
    } else {
      run_.end = end;
    }
  }

  void flush() {
    if (run_.begin == run_.end) return;
    hash_.update_uint64(run_.begin);
    hash_.update_uint64(run_.end - run_.begin);
    for (std::uint64_t position = run_.begin; position < run_.end && !error_; position += buffer_size) {
      const auto part = std::span(buffer_).first(std::min<std::uint64_t>(buffer_size, run_.end - position));
      if (auto read = file_.read_at(position, part); !read) error_ = std::move(read.error());
      hash_.update(part);
    }
    run_ = {};
  }

  const std::optional<Error>& error() const { return error_; }

 private:
  const OpenFile& file_;
  Sha256& hash_;
  std::vector<std::byte> buffer_;
  Segment run_{};
  std::optional<Error> error_;
};

/// Segments widened to whole blocks, touching ones joined.
std::vector<Segment> whole_blocks(const std::vector<Segment>& data, std::uint64_t size) {
  std::vector<Segment> blocks;
  for (const auto& segment : data) {
    const std::uint64_t begin = segment.begin / block_size * block_size;
    const std::uint64_t end = std::min(size, (segment.end + block_size - 1) / block_size * block_size);
    if (!blocks.empty() && begin <= blocks.back().end)
      blocks.back().end = std::max(blocks.back().end, end);
    else
      blocks.push_back({begin, end});
  }
  return blocks;
}

}  // namespace

struct Sha256::Context {
  EVP_MD_CTX* evp = EVP_MD_CTX_new();
  ~Context() { EVP_MD_CTX_free(evp); }
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  if (!context_->evp || EVP_DigestInit_ex(context_->evp, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("libcrypto has no SHA-256");
}

Sha256::~Sha256() = default;

void Sha256::update(std::span<const std::byte> bytes) { EVP_DigestUpdate(context_->evp, bytes.data(), bytes.size()); }

void Sha256::update_zeros(std::uint64_t count) {
  for (; count > 0; count -= std::min<std::uint64_t>(count, buffer_size))
    update(std::span(zero_bytes).first(std::min<std::uint64_t>(count, buffer_size)));
}

void Sha256::update_uint64(std::uint64_t value) {
  std::array<std::byte, 8> bytes{};
  for (auto& byte : bytes) {
    byte = static_cast<std::byte>(value & 0xff);
    value >>= 8;
  }
  update(bytes);
}

std::string Sha256::hex() {
  std::array<unsigned char, 32> sum{};
  EVP_DigestFinal_ex(context_->evp, sum.data(), nullptr);
  std::string text;
  for (unsigned char byte : sum) text += fmt::format("{:02x}", byte);
  return text;
}

Result<Digest> image_digest(const std::filesystem::path& path) {
  const auto file = OpenFile::open(path);
  if (!file) return tl::unexpected(file.error());
  Sha256 hash;
  hash.update_uint64(file->size());
  Runs runs(*file, hash);
  std::vector<std::byte> buffer(buffer_size);
  for (const auto& segment : whole_blocks(file->data(0, file->size()), file->size())) {
    for (std::uint64_t position = segment.begin; position < segment.end; position += buffer_size) {
      const auto part = std::span(buffer).first(std::min<std::uint64_t>(buffer_size, segment.end - position));
      if (const auto read = file->read_at(position, part); !read)
        return fail("{}: {}", path.string(), read.error().message);
      for (std::size_t block = 0; block < part.size(); block += block_size) {
        const std::size_t length = std::min(block_size, part.size() - block);
        if (!all_zero(part.subspan(block, length))) runs.add(position + block, position + block + length);
      }
    }
  }
  runs.flush();
  if (runs.error()) return fail("{}: {}", path.string(), runs.error()->message);
  return Digest{file->size(), hash.hex()};
}

Result<Digest> content_digest(const std::filesystem::path& path, std::uint64_t offset, std::uint64_t length) {
  const auto file = OpenFile::open(path);
  if (!file) return tl::unexpected(file.error());
  Sha256 hash;
  std::vector<std::byte> buffer(buffer_size);
  std::uint64_t position = offset;
  const std::uint64_t end = offset + length;
  for (const auto& segment : file->data(offset, end)) {
    hash.update_zeros(segment.begin - position);
    for (position = segment.begin; position < segment.end;) {
      const auto part = std::span(buffer).first(std::min<std::uint64_t>(buffer_size, segment.end - position));
      if (const auto read = file->read_at(position, part); !read)
        return fail("{}: {}", path.string(), read.error().message);
      hash.update(part);
      position += part.size();
    }
  }
  hash.update_zeros(end - position);
  return Digest{length, hash.hex()};
}

Result<Digest> content_digest(const std::filesystem::path& path) {
  const auto file = OpenFile::open(path);
  if (!file) return tl::unexpected(file.error());
  return content_digest(path, 0, file->size());
}

Result<Digest> disk_digest(const std::filesystem::path& path) {
  const auto file = OpenFile::open(path);
  if (!file) return tl::unexpected(file.error());
  return file->size() > plain_digest_max ? image_digest(path) : content_digest(path, 0, file->size());
}

}  // namespace conform
