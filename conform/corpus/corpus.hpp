// The corpus on disk: cases, clauses, lock, images, guest disks, canaries. Loading reads the texts; images are checked
// against the lock when they are first used.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "corpus/case.hpp"
#include "corpus/clause.hpp"
#include "corpus/lock.hpp"
#include "corpus/unpacked.hpp"

namespace conform {

class Corpus {
 public:
  /// Every case file is checked against the corpus's schema.
  static Result<Corpus> load(const std::filesystem::path& folder);

  const std::filesystem::path& folder() const { return folder_; }
  const std::vector<Case>& cases() const { return cases_; }  // by family, then by id
  const Clauses& clauses() const { return clauses_; }
  const Lock& lock() const { return lock_; }
  const std::string& digest() const { return digest_; }  // of all texts, and by the lock of all images

  const Case* find(const std::string& id) const;
  /// Where packed files of the corpus are unpacked, if it has such.
  std::vector<std::filesystem::path> unpacked_folders() const { return unpacked_->folders(); }
  /// Why there is no image or guest disk of the case; empty: they are there. A file system has a longest file.
  std::string absence(const Case& tested) const;

  std::filesystem::path image(const Case& tested) const;
  std::filesystem::path sibling(const Case& tested, const std::string& file) const;
  /// The guest disk, or one of its alternatives.
  std::filesystem::path guest(const Case& tested, const std::string& alternative = {}) const;
  /// The guest disk as a modify operation must leave it.
  std::filesystem::path guest_after(const Case& tested, const Operation& operation) const;
  std::filesystem::path guest_snapshot(const Case& tested, const std::string& name) const;
  std::filesystem::path guest_map(const Case& tested) const;
  std::filesystem::path layout(const Case& tested) const;
  std::filesystem::path canary(const std::string& file) const;
  std::filesystem::path case_file(const Case& tested) const;

 private:
  std::filesystem::path folder_;
  std::vector<Case> cases_;
  Clauses clauses_;
  Lock lock_;
  std::shared_ptr<const Unpacked> unpacked_;
  std::string digest_;
};

/// The case's image, siblings and guest disks: what the lock has digests of.
std::vector<std::filesystem::path> locked_files(const Corpus& corpus, const Case& tested);

/// What in the case's image, siblings and guest disks does not agree with the lock; empty: all does. An absent image is
/// not looked for.
std::vector<std::string> lock_mismatches(const Corpus& corpus, const Case& tested);

}  // namespace conform
