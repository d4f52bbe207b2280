#include "trial/custody.hpp"

#include <utility>

#include "corpus/operation_disks.hpp"

namespace conform {

bool leaves_image(Op op) { return op == Op::write || op == Op::modify || op == Op::repair; }

Result<const ImageCopy*> Custody::hand_out(Op op) {
  if (leaves_image(op)) settle();
  if (copy_) return &*copy_;
  auto copy = op == Op::write ? copy_of_disk() : copy_of_image();
  if (!copy) return tl::unexpected(copy.error());
  copy_.emplace(std::move(*copy));
  unaccounted_ = records_.size() - 1;
  return &*copy_;
}

void Custody::take_back(const Operation& operation, const std::filesystem::path& output) {
  if (leaves_image(operation.op)) {
    hold_to_account([&] { return changes_beyond(operation); });
    drop_copy();
    return;
  }
  bench_.spent.on(Work::copying, [&] { remove_tree(output); });
  if (!copy_->looks_untouched()) hold_to_account([&] { return copy_->changes(); });
}

/// What the operation was not there to change. Of write, the copy is its raw disk.
std::string Custody::changes_beyond(const Operation& operation) const {
  if (operation.op == Op::write) return copy_->changes();
  std::set<std::string> changeable;
  for (const auto& left : operation_disks(bench_.corpus.lock().at(case_.id), operation, sibling_disk))
    changeable.insert(left.name);
  return copy_->changes_beside(changeable);
}

void Custody::settle() {
  if (!copy_) return;
  hold_to_account([&] { return copy_->changes(); });
  drop_copy();
}

Result<ImageCopy> Custody::copy_of_disk() const {
  const auto digest = bench_.spent.on(Work::hashing, [&] { return image_digest(bench_.corpus.guest(case_)); });
  if (!digest) return tl::unexpected(digest.error());
  return copy_files({bench_.corpus.guest(case_), random_name() + ".raw", *digest}, {});
}

Result<ImageCopy> Custody::copy_of_image() const {
  const LockEntry& lock = bench_.corpus.lock().at(case_.id);
  std::vector<Original> siblings;
  for (const auto& [file, digest] : lock.siblings)
    siblings.push_back({bench_.corpus.sibling(case_, file), file, digest});
  return copy_files({bench_.corpus.image(case_), "", lock.image}, siblings);
}

Result<ImageCopy> Custody::copy_files(const Original& image, const std::vector<Original>& siblings) const {
  return bench_.spent.on(Work::copying, [&] { return ImageCopy::make(bench_.folder(case_), image, siblings); });
}

void Custody::drop_copy() {
  bench_.spent.on(Work::copying, [&] { copy_.reset(); });
}

/// Every operation since the copy was last known to be whole may have changed it; the next one gets a new copy.
void Custody::hold_to_account(const std::function<std::string()>& look) {
  const auto changes = bench_.spent.on(Work::hashing, look);
  if (!changes.empty()) {
    for (std::size_t i = unaccounted_; i < records_.size(); ++i) {
      Record& record = records_[i];
      if (record.status == Status::not_run || record.status == Status::harness_error) continue;
      record.status = Status::tampered;
      record.detail = changes;
    }
    drop_copy();
  }
  unaccounted_ = records_.size();
}

}  // namespace conform
