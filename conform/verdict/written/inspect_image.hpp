// An image that a write or a modify has left, taken in by the model: what it says, and whether the right disk is in it.
//
// Common ground of judging both; what else is asked of the image is judge_image.cpp's.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/bench.hpp"
#include "verdict/comparison.hpp"
#include "verdict/provenance.hpp"
#include "verdict/written/model_program.hpp"
#include "verdict/written/writer_properties.hpp"

namespace conform {

struct ImageJudgement {
  std::vector<std::string> faults;  // each in a line; empty: the image is right
  std::string answer = "accept";    // of the evidence: accept, other-bytes, leaks, corrupt, no-image
  bool holds_right_disk = false;    // and its snapshots read as they should
  std::string untried;              // why the image does not try what its case is about; empty: it does
  std::string remark;               // where qemu-img and the model disagree
  Json properties = Json::object();
  std::optional<FirstDiff> first_diff;
  std::string bytes;  // what stands at first_diff, as Record::bytes
  std::optional<std::uint64_t> disk_length;
};

/// The disk that an image must hold.
struct ExpectedDisk {
  std::filesystem::path file;
  std::uint64_t length = 0;
  std::vector<Segment> open{};    // where zeros are right too
  std::vector<Segment> torn{};    // where what the older disk has is right too
  std::filesystem::path older{};  // where something is torn
};

class Inspection {
 public:
  /// `clause` is the one that another disk breaks.
  Inspection(const Bench& bench, const Values& places, const std::filesystem::path& image, const char* clause)
      : bench_(bench), image_(image), clause_(clause), model_(bench, places) {}

  /// Takes the image in, and compares the disk in it. False where the image cannot be opened: that is a fault, and all.
  Result<bool> look(const ExpectedDisk& expected);
  Result<void> look_at_clusters();
  Result<void> compare_snapshot(const std::string& name, const ExpectedDisk& expected);

  /// The names of its snapshots.
  std::vector<std::string> snapshots() const;
  bool is_marked_dirty() const;
  /// From here on check speaks of the image as a repair leaves it, which an image that is marked dirty may want.
  Result<void> check_repaired();

  void broken(const char* answer, std::string fault);
  void judge_corruptions();
  void judge_leaks();

  const WrittenImage& seen() const { return seen_; }
  std::string verdict_of_check() const;
  std::uint64_t number_of_check(const char* key) const { return seen_.check.at(key).get<std::uint64_t>(); }
  std::uint64_t number_of_info(const char* key) const { return seen_.info.at(key).get<std::uint64_t>(); }

  ImageJudgement judged;

 private:
  Result<void> read_back(const ExpectedDisk& expected);
  Result<void> compare_content(const ExpectedDisk& expected, const std::filesystem::path& disk);
  Result<Provenance> find_origin(std::uint64_t offset, const ExpectedDisk& expected,
                                 const std::filesystem::path& disk) const;
  std::string violations_of(std::string_view severity) const;
  void hear_qemu_img(const ExpectedDisk& expected);

  const Bench& bench_;
  const std::filesystem::path& image_;
  const char* clause_;
  ModelProgram model_;
  WrittenImage seen_;
};

}  // namespace conform
