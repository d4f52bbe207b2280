// The copy of an image that the operations of a case work on, and who answers for it when it was changed.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "bench/bench.hpp"
#include "bench/image_copy.hpp"
#include "results/record.hpp"

namespace conform {

class Custody {
 public:
  /// `records` has one for each operation that was begun, the last for the one that has the copy.
  Custody(const Bench& bench, const Case& tested, std::vector<Record>& records)
      : bench_(bench), case_(tested), records_(records) {}

  /// The copy of the image, or of a writer's raw disk. An operation that leaves an image has a copy to itself.
  Result<const ImageCopy*> hand_out(Op op);

  /// After the operation: its output goes, and a changed copy is found out.
  void take_back(const Operation& operation, const std::filesystem::path& output);

  /// After the last operation: whoever may have changed the copy is held to account, and the copy goes.
  void settle();

 private:
  Result<ImageCopy> copy_of_disk() const;
  Result<ImageCopy> copy_of_image() const;
  Result<ImageCopy> copy_files(const Original& image, const std::vector<Original>& siblings) const;
  void drop_copy();
  std::string changes_beyond(const Operation& operation) const;
  void hold_to_account(const std::function<std::string()>& look);

  const Bench& bench_;
  const Case& case_;
  std::vector<Record>& records_;
  std::optional<ImageCopy> copy_;
  std::size_t unaccounted_ = 0;  // the first record whose operation may have changed the copy
};

/// Whether what counts is the image that the operation leaves, not its output.
bool leaves_image(Op op);

}  // namespace conform
