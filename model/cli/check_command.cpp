// check: what is wrong in an image, as lines for people or as JSON; and its repair.
#include "check/check.hpp"

#include <fmt/format.h>

#include <optional>

#include "cli/cli.hpp"
#include "cli/finding_folds.hpp"
#include "cli/repair_report.hpp"
#include "files/files.hpp"
#include "files/repair_file.hpp"

namespace qcow2::cli {

namespace {

struct Options {
  std::string image;
  CheckOptions check;
  bool repair = false;
  bool dry_run = false;
  bool json = false;
};

/// The exit codes of check, which follow qemu-img's where it has such a case.
constexpr int exit_clean = 0;
constexpr int exit_corrupt = 1;
constexpr int exit_leaks = 3;
constexpr int exit_refused = 4;

struct Checked {
  CheckSummary summary;
  FindingFolds findings;
};

Checked check_image(const Options& options, const Image& image) {
  Checked checked;
  checked.summary = qcow2::check(image, options.check, [&](const Finding& finding) { checked.findings.add(finding); });
  return checked;
}

int exit_code_of(const CheckSummary& summary) {
  if (summary.corruptions > 0) return exit_corrupt;
  return summary.leaks > 0 ? exit_leaks : exit_clean;
}

Json host_clusters_json(const HostClusters& host) {
  return {{"metadata", host.metadata}, {"data", host.data},   {"leaked", host.leaked},
          {"vacant", host.vacant},     {"ghost", host.ghost}, {"miscounted", host.miscounted}};
}

void add_json(Json& json, const Checked& checked, bool deep) {
  const CheckSummary& summary = checked.summary;
  json["corruptions"] = summary.corruptions;
  json["leaks"] = summary.leaks;
  json["notes"] = summary.notes;
  json["streams_decoded"] = deep;
  json["allocated_clusters"] = summary.allocated_clusters;
  json["compressed_clusters"] = summary.compressed_clusters;
  json["clusters_past_end"] = summary.clusters_past_end;
  json["total_clusters"] = summary.total_clusters;
  json["image_end_offset"] = summary.image_end_offset;
  json["host_clusters"] = host_clusters_json(summary.host_clusters);
  json["violations_omitted"] = summary.violations_omitted;
  json["violations"] = Json::array();
  for (const FindingFold& fold : checked.findings.all()) json["violations"].push_back(cli::json(fold));
}

void print_text(const Checked& checked, bool deep) {
  const CheckSummary& summary = checked.summary;
  for (const FindingFold& fold : checked.findings.all()) fmt::print("{}\n", printable(line(fold)));
  if (summary.violations_omitted > 0) fmt::print("... and {} more\n", summary.violations_omitted);
  const HostClusters& host = summary.host_clusters;
  fmt::print("{} corruptions, {} leaks; {} of {} clusters allocated, {} of them compressed\n", summary.corruptions,
             summary.leaks, summary.allocated_clusters, summary.total_clusters, summary.compressed_clusters);
  if (summary.clusters_past_end > 0) {
    fmt::print("{} standard clusters reach past the end of the file; the missing bytes read as zeros\n",
               summary.clusters_past_end);
  }
  fmt::print("host clusters: {} metadata, {} data, {} leaked, {} vacant; {} ghost, {} miscounted; image end {:#x}\n",
             host.metadata, host.data, host.leaked, host.vacant, host.ghost, host.miscounted, summary.image_end_offset);
  if (!deep && summary.compressed_clusters > 0)
    fmt::print("compressed clusters were not decoded; use --deep for that\n");
}

int refused(int code, const std::string& key, const Violation& violation, bool json) {
  if (json) {
    Json refusal = document("check");
    refusal[key] = violation_json(violation);
    print(refusal);
  }
  return complain(code, (code == exit_refused ? "" : "not repaired: ") + describe(violation));
}

int check(Options options) {
  auto file = open_file(options.image);
  auto image = open_image(file->source);
  if (!image) return refused(exit_refused, "refused", image.error(), options.json);
  std::optional<RepairSummary> repair;
  if (options.repair) {
    options.check.deep = true;
    auto repaired = repair_file(*file, *image, options.dry_run ? RepairMode::dry_run : RepairMode::replace);
    if (!repaired) return refused(exit_corrupt, "not_repaired", repaired.error(), options.json);
    repair = std::move(*repaired);
    file = open_file(options.image);  // another one, where something was repaired
    image = open_image(file->source);
    if (!image) return refused(exit_refused, "refused", image.error(), options.json);
  }
  const Checked checked = check_image(options, *image);
  if (options.json) {
    Json json = document("check");
    if (repair) json["repair"] = repair_json(*repair, checked.summary, options.dry_run);
    add_json(json, checked, options.check.deep);
    print(json);
  } else {
    if (repair) print_repair(*repair, checked.summary, options.dry_run);
    print_text(checked, options.check.deep);
  }
  return exit_code_of(checked.summary);
}

}  // namespace

void add_check(Program& program) {
  auto options = std::make_shared<Options>();
  program.command("check", "Check an image; exit status: 0 clean, 1 corrupt, 3 leaks only, 4 cannot be opened")
      .argument("image", options->image, "A qcow2 image")
      .flag("--deep", options->check.deep, "Also decode every compressed cluster")
      .flag("--repair", options->repair, "Set size fields to what their streams need, and correct the refcounts")
      .flag("--dry-run", options->dry_run, "With --repair: show what would be repaired; change nothing")
      .flag("--json", options->json, "Print JSON")
      .number("--jobs", store_jobs(options->check.jobs), jobs_help)
      .run([options] { return check(*options); });
}

}  // namespace qcow2::cli
