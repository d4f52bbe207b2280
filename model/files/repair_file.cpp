#include "files/repair_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "check/check.hpp"
#include "files/errors.hpp"
#include "files/replacement.hpp"
#include "files/sparsely.hpp"
#include "repair/repair_proof.hpp"

namespace qcow2 {

namespace {

/// The copy, which grows where it is written behind its end.
class CopyStore final : public ByteStore {
 public:
  explicit CopyStore(Replacement& file) : file_(file) {}
  std::uint64_t size() const override { return size_; }
  std::size_t read_at(HostOffset offset, std::span<std::byte> out) const override {
    return FileSource(file_.descriptor(), size_).read_at(offset, out);
  }
  HostOffset next_data(HostOffset offset) const override {
    return FileSource(file_.descriptor(), size_).next_data(offset);
  }
  void write_at(HostOffset offset, std::span<const std::byte> bytes) override {
    file_.write_at(offset.value, bytes);
    size_ = std::max(size_, offset.value + bytes.size());
  }

  void fill_from(const FileSource& source) {
    std::vector<std::byte> buffer(1 << 20);
    for (HostOffset at = source.next_data({0}); at.value < source.size(); at = source.next_data(at)) {
      const auto bytes = std::span(buffer).first(source.read_at(at, buffer));
      write_sparsely(at.value, bytes,
                     [&](std::uint64_t offset, std::span<const std::byte> data) { file_.write_at(offset, data); });
      at = at + bytes.size();
    }
    file_.make_length(source.size());
    size_ = source.size();
  }

 private:
  Replacement& file_;
  std::uint64_t size_ = 0;
};

/// QEMU holds locks on bytes 100 to 299 of the images that it has open.
void refuse_file_in_use(const OpenFile& file) {
  struct stat status = {};
  if (::fstat(file.handle.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    throw UsageError(fmt::format("'{}' is no regular file, and cannot be replaced", file.path.string()));
  }
  struct flock lock = {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = 100;
  lock.l_len = 200;
  if (::fcntl(file.handle.get(), F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK) {
    throw UsageError(fmt::format("'{}' is in use by another program", file.path.string()));
  }
}

/// Nothing that a repair makes right may be wrong afterwards; leaks may only be left where it says so.
Result<void> counts_are_right(const Image& after, const RepairSummary& repaired) {
  std::optional<Violation> wrong;
  const auto summary = check(after, {}, [&](const Finding& finding) {
    const Rule& rule = finding.violation.rule;
    const bool of_repair =
        rule == rule::check_refcounts || rule == rule::copied_flag || rule == rule::copied_flag_clear;
    if (finding.severity == Severity::corruption && of_repair && !wrong) wrong = finding.violation;
  });
  if (!wrong && summary.leaks > 0 && repaired.leaks_kept == 0)
    wrong = Violation{rule::check_refcounts, {}, "leaks are left"};
  if (!wrong) return {};
  wrong->detail = "the repaired copy would not be right: " + wrong->detail;
  return tl::unexpected(std::move(*wrong));
}

}  // namespace

Result<RepairSummary> repair_file(const OpenFile& file, const Image& image, RepairMode mode) {
  refuse_file_in_use(file);
  Replacement replacement(file.path);
  CopyStore copy(replacement);
  copy.fill_from(file.source);
  const auto repaired = repair(image, copy);
  if (!repaired || !repaired->changed()) return repaired;
  const auto after = open_image(copy);
  if (!after) return tl::unexpected(after.error());
  if (auto proved = reads_as_before(image, *after); !proved) return tl::unexpected(proved.error());
  if (auto right = counts_are_right(*after, *repaired); !right) return tl::unexpected(right.error());
  if (mode == RepairMode::replace) replacement.finish(copy.size(), true);
  return repaired;
}

}  // namespace qcow2
