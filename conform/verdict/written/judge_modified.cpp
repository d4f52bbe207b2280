#include "verdict/written/judge_modified.hpp"

#include <algorithm>
#include <array>

#include "corpus/guest_map.hpp"
#include "corpus/operation_disks.hpp"
#include "verdict/written/changer_properties.hpp"

namespace conform {
namespace fs = std::filesystem;
namespace {

constexpr std::array<char, 4> qcow2_magic{'Q', 'F', 'I', '\xfb'};

bool is_qcow2(const OpenFile& file) {
  std::array<char, 4> magic{};
  return file.read_at(0, std::as_writable_bytes(std::span(magic))) && magic == qcow2_magic;
}

class Modified {
 public:
  Modified(const Bench& bench, const Values& places, const Case& tested, const Operation& operation,
           const fs::path& path, Inspection& image)
      : bench_(bench), places_(places), case_(tested), operation_(operation), path_(path), image_(image) {}

  Result<void> judge() {
    auto map = load_guest_map(bench_.corpus.guest_map(case_));
    if (!map) return tl::unexpected(map.error());
    map_ = std::move(*map);
    const auto key = std::to_string(operation_.index);
    if (!map_.after.contains(key)) return fail("the guest map has no disk after operation {}", key);
    const auto looked = image_.look(disk(key));
    if (!looked) return tl::unexpected(looked.error());
    if (!*looked) return {};
    if (auto judged = judge_snapshots(); !judged) return judged;
    judge_backing_name();
    if (auto judged = judge_properties(); !judged) return judged;
    if (operation_.kills() && image_.is_marked_dirty())
      if (auto repaired = image_.check_repaired(); !repaired) return repaired;
    image_.judge_corruptions();
    if (image_.number_of_check("leaks") > 0 && operation_.check_afterwards == Answer::clean) image_.judge_leaks();
    image_.judged.properties["check"] = image_.verdict_of_check();
    return judge_siblings();
  }

 private:
  ExpectedDisk disk(const std::string& key) const {
    const auto& after = map_.after.at(key);
    return {bench_.corpus.guest(case_, "after-" + key), after.length, after.open, after.torn,
            bench_.corpus.guest(case_)};
  }

  bool has_step(std::string_view prefix) const {
    return std::any_of(operation_.steps.begin(), operation_.steps.end(),
                       [&](const Json& step) { return step.begin().key().starts_with(prefix); });
  }

  /// By name, those that must be there.
  std::map<std::string, ExpectedDisk> snapshots() const {
    std::map<std::string, ExpectedDisk> expected;
    const auto& locked = bench_.corpus.lock().at(case_.id);
    if (has_step("snapshot_"))
      for (const auto& left : operation_disks(locked, operation_, snapshot_disk))
        expected.emplace(left.name, disk(left.key));
    else
      for (const auto& [name, digest] : locked.snapshots)
        expected.emplace(name, ExpectedDisk{bench_.corpus.guest_snapshot(case_, name), digest.length});
    return expected;
  }

  Result<void> judge_snapshots() {
    const auto expected = snapshots();
    for (const auto& [name, left] : expected)
      if (auto compared = image_.compare_snapshot(name, left); !compared) return compared;
    for (const auto& name : image_.snapshots())
      if (!expected.contains(name)) image_.broken("other-bytes", "[modify-snapshots] there is a snapshot " + name);
    return {};
  }

  /// The last rebase says what the header must name.
  void judge_backing_name() {
    const auto rebase = std::find_if(operation_.steps.rbegin(), operation_.steps.rend(),
                                     [](const Json& step) { return step.contains("rebase"); });
    if (rebase == operation_.steps.rend()) return;
    const Json& wanted = (*rebase)["rebase"];
    const auto name = wanted.is_null() ? std::string() : wanted.at("backing_file").get<std::string>();
    const auto found = image_.seen().info.value("backing_file", "");
    if (found != name)
      image_.broken("other-parameters",
                    fmt::format("[modify-rebase] its backing file is '{}' instead of '{}'", found, name));
  }

  /// What the header and the bitmaps of the image were is the model's to say, too.
  Result<void> judge_properties() {
    if (operation_.properties.empty()) return {};
    const auto before = ModelProgram(bench_, places_).info(bench_.corpus.image(case_));
    if (!before) return tl::unexpected(before.error());
    for (const auto& slug : operation_.properties) {
      const auto property = changer_property(slug, before->json, image_.seen().info, operation_.steps);
      const Clause* clause = bench_.corpus.clauses().find(slug);
      if (!property || !clause) return fail("{} is not a property of changing", slug);
      image_.judged.properties[slug] = name(property->held);
      const bool obliges = clause->level == Level::must || clause->level == Level::should;
      if (property->held == Held::no && obliges)
        image_.broken("corrupt", fmt::format("[{}] {}", slug, property->detail));
    }
    return {};
  }

  /// A commit changes the backing file.
  Result<void> judge_siblings() {
    for (const auto& left : operation_disks(bench_.corpus.lock().at(case_.id), operation_, sibling_disk))
      if (auto judged = judge_sibling(left); !judged) return judged;
    return {};
  }

  Result<void> judge_sibling(const OperationDisk& left) {
    const auto file = path_.parent_path() / left.name;
    const auto got = OpenFile::open(file);
    if (!got) {
      image_.broken("no-image", fmt::format("[modify-commit] {} is gone", left.name));
      return {};
    }
    if (!is_qcow2(*got)) return compare_raw(left, *got);
    Inspection sibling(bench_, places_, file, "modify-commit");
    const auto looked = sibling.look(disk(left.key));
    if (!looked) return tl::unexpected(looked.error());
    if (*looked) sibling.judge_corruptions();
    take_faults_of(sibling, left.name);
    return {};
  }

  Result<void> compare_raw(const OperationDisk& left, const OpenFile& got) {
    const auto expected = disk(left.key);
    const auto guest = OpenFile::open(expected.file);
    if (!guest) return tl::unexpected(guest.error());
    const auto differs = first_difference(*guest, 0, expected.length, got, {.open = expected.open});
    if (!differs) return tl::unexpected(differs.error());
    if (!*differs) return {};
    image_.judged.holds_right_disk = false;
    image_.broken("other-bytes", fmt::format("[modify-commit] {}: byte {:#x} is {}, should be {}", left.name,
                                             (*differs)->offset, (*differs)->got, (*differs)->expected));
    return {};
  }

  void take_faults_of(const Inspection& sibling, const std::string& name) {
    const auto& judged = sibling.judged;
    if (!judged.holds_right_disk) image_.judged.holds_right_disk = false;
    for (const auto& fault : judged.faults) image_.broken(judged.answer.c_str(), name + ": " + fault);
  }

  const Bench& bench_;
  const Values& places_;
  const Case& case_;
  const Operation& operation_;
  const fs::path& path_;
  Inspection& image_;
  GuestMap map_;
};

}  // namespace

Result<void> judge_modified(const Bench& bench, const Values& places, const Case& tested, const Operation& operation,
                            const fs::path& path, Inspection& image) {
  return Modified(bench, places, tested, operation, path, image).judge();
}

}  // namespace conform
