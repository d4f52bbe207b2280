#include "verdict/written/inspect_image.hpp"

#include <fmt/ranges.h>

#include <algorithm>

#include "verdict/written/scrap.hpp"
#include "verdict/written/second_opinion.hpp"

namespace conform {
namespace fs = std::filesystem;
namespace {

Result<std::optional<FirstDiff>> compare(const ExpectedDisk& expected, const fs::path& disk) {
  const auto guest = OpenFile::open(expected.file);
  const auto got = OpenFile::open(disk);
  if (!guest) return tl::unexpected(guest.error());
  if (!got) return tl::unexpected(got.error());
  if (expected.torn.empty()) return first_difference(*guest, 0, expected.length, *got, {expected.open});
  const auto older = OpenFile::open(expected.older);
  if (!older) return tl::unexpected(older.error());
  return first_difference(*guest, 0, expected.length, *got, {expected.open, expected.torn, &*older});
}

std::string describe(const FirstDiff& diff) {
  return fmt::format("guest {:#x} has {}, should have {}", diff.offset, diff.got.empty() ? "nothing" : diff.got,
                     diff.expected.empty() ? "nothing" : diff.expected);
}

}  // namespace

void Inspection::broken(const char* answer, std::string fault) {
  if (judged.faults.empty()) judged.answer = answer;
  judged.faults.push_back(std::move(fault));
}

Result<bool> Inspection::look(const ExpectedDisk& expected) {
  std::error_code error;
  if (!fs::is_regular_file(image_, error) || fs::file_size(image_, error) == 0 || !OpenFile::open(image_)) {
    broken("no-image", "left no image");
    return false;
  }
  auto info = model_.info(image_);
  if (!info) return tl::unexpected(info.error());
  auto check = model_.check(image_);
  if (!check) return tl::unexpected(check.error());
  if (!info->refusal.empty() || !check->refusal.empty()) {
    broken("corrupt", info->refusal.empty() ? check->refusal : info->refusal);
    return false;
  }
  seen_.info = std::move(info->json);
  seen_.check = std::move(check->json);
  seen_.file_length = fs::file_size(image_, error);
  if (auto read = read_back(expected); !read) return tl::unexpected(read.error());
  hear_qemu_img(expected);
  return true;
}

Result<void> Inspection::look_at_clusters() {
  auto clusters = model_.clusters(image_);
  if (!clusters) return tl::unexpected(clusters.error());
  if (clusters->refusal.empty())
    seen_.clusters = std::move(clusters->json);
  else
    broken("corrupt", clusters->refusal);
  return {};
}

Result<void> Inspection::read_back(const ExpectedDisk& expected) {
  judged.disk_length = number_of_info("virtual_size");
  if (*judged.disk_length != expected.length) {
    broken("other-bytes",
           fmt::format("[{}] a disk of {} bytes instead of {}", clause_, *judged.disk_length, expected.length));
    return {};
  }
  const Scrap disk(bench_);
  const auto read = model_.read(image_, disk.path(), {0, expected.length});
  if (!read) return tl::unexpected(read.error());
  if (read->refusal.empty()) return compare_content(expected, disk.path());
  broken("other-bytes", fmt::format("[{}] the model refuses: {}", clause_, read->refusal));
  return {};
}

Result<void> Inspection::compare_content(const ExpectedDisk& expected, const fs::path& disk) {
  const auto differs = compare(expected, disk);
  if (!differs) return tl::unexpected(differs.error());
  seen_.content_equal = judged.holds_right_disk = !*differs;
  if (seen_.content_equal) return {};
  judged.first_diff = **differs;
  const auto origin = find_origin((*differs)->offset, expected, disk);
  if (!origin) return tl::unexpected(origin.error());
  judged.bytes = origin->what;
  broken("other-bytes", fmt::format("[{}] {}: {}: {}", clause_, describe(**differs), origin->what, origin->detail));
  return {};
}

/// Where the wrong bytes may have come from, up to the end of their cluster.
Result<Provenance> Inspection::find_origin(std::uint64_t offset, const ExpectedDisk& expected,
                                           const fs::path& disk) const {
  const auto got = OpenFile::open(disk);
  const auto guest = OpenFile::open(expected.file);
  const auto image = OpenFile::open(image_);
  if (!got) return tl::unexpected(got.error());
  if (!guest) return tl::unexpected(guest.error());
  if (!image) return tl::unexpected(image.error());
  const auto cluster_size = number_of_info("cluster_size");
  const auto end = std::min(expected.length, offset / cluster_size * cluster_size + cluster_size);
  return trace(*got, 0, {offset, end}, {{"the guest disk", &*guest}, {"the image file", &*image}});
}

Result<void> Inspection::compare_snapshot(const std::string& name, const ExpectedDisk& expected) {
  const auto snapshots = seen_.info.value("snapshots", Json::array());
  const auto found_it = std::find_if(snapshots.begin(), snapshots.end(),
                                     [&](const Json& snapshot) { return snapshot.at("name") == name; });
  if (found_it == snapshots.end()) {
    judged.properties["snapshots"][name] = "gone";
    judged.holds_right_disk = false;
    broken("other-bytes", fmt::format("[{}] snapshot {} is gone", clause_, name));
    return {};
  }
  const Scrap disk(bench_);
  const auto read = model_.read(image_, disk.path(), {0, expected.length}, name);
  if (!read) return tl::unexpected(read.error());
  std::string fault = read->refusal;
  std::string found = "refused";
  if (fault.empty()) {
    const auto differs = compare(expected, disk.path());
    if (!differs) return tl::unexpected(differs.error());
    found = *differs ? "other-bytes" : "equal";
    if (*differs) fault = describe(**differs);
  }
  judged.properties["snapshots"][name] = found;
  if (fault.empty()) return {};
  judged.holds_right_disk = false;
  broken("other-bytes", fmt::format("[{}] snapshot {}: {}", clause_, name, fault));
  return {};
}

bool Inspection::is_marked_dirty() const {
  const auto features = seen_.info.value("incompatible_features", "0x0");
  return (std::stoull(features, nullptr, 16) & 1) != 0;
}

Result<void> Inspection::check_repaired() {
  const Scrap copy(bench_);
  std::error_code error;
  if (!fs::copy_file(image_, copy.path(), error)) return fail("{}: {}", image_.string(), error.message());
  const auto repaired = model_.repair(copy.path());
  if (!repaired) return tl::unexpected(repaired.error());
  judged.properties["repair"] = repaired->refusal.empty() ? "done" : repaired->refusal;
  if (!repaired->refusal.empty()) return {};
  auto check = model_.check(copy.path());
  if (!check) return tl::unexpected(check.error());
  if (check->refusal.empty()) seen_.check = std::move(check->json);
  return {};
}

std::vector<std::string> Inspection::snapshots() const {
  std::vector<std::string> names;
  for (const auto& snapshot : seen_.info.value("snapshots", Json::array())) names.push_back(snapshot.at("name"));
  return names;
}

void Inspection::judge_corruptions() {
  const auto corruptions = number_of_check("corruptions");
  if (corruptions == 0) return;
  broken("corrupt", fmt::format("{}; corruptions in all: {}", violations_of("corruption"), corruptions));
}

void Inspection::judge_leaks() {
  broken("leaks", fmt::format("[modify-free-extent] host clusters leak: {}: {}", number_of_check("leaks"),
                              violations_of("leak")));
}

std::string Inspection::violations_of(std::string_view severity) const {
  return describe_violations(seen_.check, [&](const Json& violation) { return violation.at("severity") == severity; });
}

void Inspection::hear_qemu_img(const ExpectedDisk& expected) {
  const auto opinion = ask_qemu_img(bench_, image_, [&](const fs::path& disk) { return compare(expected, disk); });
  if (!opinion) return;
  judged.properties["qemu-img"] = {{"check", opinion->check}, {"read", opinion->read}};
  std::vector<std::string> differs;
  if (opinion->check != verdict_of_check())
    differs.push_back(fmt::format("qemu-img check says {}, the model {}", opinion->check, verdict_of_check()));
  if ((opinion->read == "equal") != seen_.content_equal)
    differs.push_back(fmt::format("qemu-img reads {}, the model {}", opinion->read,
                                  seen_.content_equal ? "what it should" : "something else, or refuses"));
  judged.remark = fmt::format("{}", fmt::join(differs, "; "));
}

std::string Inspection::verdict_of_check() const {
  if (number_of_check("corruptions") > 0) return "corrupt";
  return number_of_check("leaks") > 0 ? "leaks" : "clean";
}

}  // namespace conform
