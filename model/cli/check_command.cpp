// check: what is wrong in an image, as lines for people or as JSON.
#include <fmt/format.h>

#include "check/check.hpp"
#include "cli/arguments.hpp"
#include "cli/cli.hpp"
#include "files/files.hpp"
#include "files/repair_file.hpp"

namespace qcow2::cli {

namespace {

struct Options {
  std::string image;
  CheckOptions check;
  bool repair = false;
  bool json = false;
};

/// The exit codes of check, which follow qemu-img's where it has such a case.
constexpr int exit_clean = 0;
constexpr int exit_corrupt = 1;
constexpr int exit_leaks = 3;
constexpr int exit_refused = 4;

std::string_view name(Severity severity) { return severity == Severity::leak ? "leak" : "corruption"; }

Json where_json(const Where& where) {
  Json json = Json::object();
  if (where.guest_offset) json["guest_offset"] = *where.guest_offset;
  if (where.l1_index) json["l1_index"] = *where.l1_index;
  if (where.l2_index) json["l2_index"] = *where.l2_index;
  if (where.host_offset) json["host_offset"] = *where.host_offset;
  return json;
}

Json finding_json(const Finding& finding) {
  return {{"severity", name(finding.severity)},
          {"rule", finding.violation.rule.slug},
          {"where", where_json(finding.violation.where)},
          {"detail", finding.violation.detail},
          {"count", finding.count}};
}

Json host_clusters_json(const HostClusters& host) {
  return {{"metadata", host.metadata}, {"data", host.data},   {"leaked", host.leaked},
          {"vacant", host.vacant},     {"ghost", host.ghost}, {"miscounted", host.miscounted}};
}

Json summary_json(const CheckSummary& summary) {
  return {{"corruptions", summary.corruptions},
          {"leaks", summary.leaks},
          {"allocated_clusters", summary.allocated_clusters},
          {"compressed_clusters", summary.compressed_clusters},
          {"total_clusters", summary.total_clusters},
          {"image_end_offset", summary.image_end_offset},
          {"host_clusters", host_clusters_json(summary.host_clusters)},
          {"violations_omitted", summary.violations_omitted}};
}

Json repair_json(const RepairSummary& repair) {
  return {{"size_fields_lowered", repair.lowered},
          {"size_fields_raised", repair.raised},
          {"refcounts", repair.refcounts},
          {"copied_flags", repair.copied_flags},
          {"new_refcount_table", repair.new_refcount_table},
          {"marks_cleared", repair.marks_cleared}};
}

void print_text(const CheckSummary& summary) {
  if (summary.violations_omitted > 0) fmt::print("... and {} more\n", summary.violations_omitted);
  const HostClusters& host = summary.host_clusters;
  fmt::print("{} corruptions, {} leaks; {} of {} clusters allocated, {} of them compressed\n", summary.corruptions,
             summary.leaks, summary.allocated_clusters, summary.total_clusters, summary.compressed_clusters);
  fmt::print("host clusters: {} metadata, {} data, {} leaked, {} vacant; {} ghost, {} miscounted; image end {:#x}\n",
             host.metadata, host.data, host.leaked, host.vacant, host.ghost, host.miscounted, summary.image_end_offset);
}

void print_text(const RepairSummary& repair) {
  if (!repair.changed()) {
    fmt::print("nothing to repair\n");
    return;
  }
  fmt::print("repaired: {} size fields lowered, {} raised; {} refcounts, {} copied flags{}{}\n", repair.lowered,
             repair.raised, repair.refcounts, repair.copied_flags,
             repair.new_refcount_table ? "; a new refcount table" : "",
             repair.marks_cleared ? "; dirty and corrupt bit cleared" : "");
}

int refused(int code, const std::string& what, const Violation& violation, bool json) {
  if (json) {
    print({{what,
            {{"rule", violation.rule.slug}, {"where", where_json(violation.where)}, {"detail", violation.detail}}}});
  }
  return complain(code, (code == exit_refused ? "" : "not repaired: ") + describe(violation));
}

int check_image(const Options& options, const Image& image, Json json) {
  Json violations = Json::array();
  const auto summary = qcow2::check(image, options.check, [&](const Finding& finding) {
    if (options.json) {
      violations.push_back(finding_json(finding));
    } else {
      fmt::print("{}: {}\n", name(finding.severity), describe(finding.violation));
    }
  });
  if (options.json) {
    json.update(summary_json(summary));
    json["violations"] = std::move(violations);
    print(json);
  } else {
    print_text(summary);
  }
  if (summary.corruptions > 0) return exit_corrupt;
  return summary.leaks > 0 ? exit_leaks : exit_clean;
}

int check(Options options) {
  auto file = open_file(options.image);
  auto image = open_image(file->source);
  if (!image) return refused(exit_refused, "refused", image.error(), options.json);
  Json json = Json::object();
  if (options.repair) {
    options.check.deep = true;
    const auto repaired = repair_file(*file, *image);
    if (!repaired) return refused(exit_corrupt, "not_repaired", repaired.error(), options.json);
    if (options.json) {
      json["repair"] = repair_json(*repaired);
    } else {
      print_text(*repaired);
    }
    file = open_file(options.image);  // another one, where something was repaired
    image = open_image(file->source);
    if (!image) return refused(exit_refused, "refused", image.error(), options.json);
  }
  return check_image(options, *image, std::move(json));
}

}  // namespace

void add_check(Program& program) {
  auto options = std::make_shared<Options>();
  program.command("check", "What is wrong in an image: exit 0 clean, 1 corrupt, 3 leaks only, 4 not to be opened")
      .argument("image", options->image, "A qcow2 image")
      .flag("--deep", options->check.deep, "Decode every compressed cluster as well")
      .flag("--repair", options->repair, "Set size fields to what their streams need, and make refcounts right")
      .flag("--json", options->json, "Print JSON")
      .jobs(options->check.jobs)
      .run([options] { return check(*options); });
}

}  // namespace qcow2::cli
