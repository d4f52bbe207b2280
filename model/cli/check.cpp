// check: what is wrong in an image, as lines for people or as JSON.
#include <fmt/format.h>

#include "arguments.hpp"
#include "check.hpp"
#include "cli.hpp"
#include "files.hpp"

namespace qcow2::cli {

namespace {

struct Options {
  std::string image;
  CheckOptions check;
  bool json = false;
};

/// The exit codes of check, which follow qemu-img's where it has such a case.
constexpr int exit_clean = 0;
constexpr int exit_corrupt = 1;
constexpr int exit_leaks = 3;
constexpr int exit_refused = 4;

/// A broken image can hold a violation for every entry; no one reads more than these.
constexpr std::size_t violations_shown_max = 1000;

std::string_view name(Severity severity) { return severity == Severity::leak ? "leak" : "corruption"; }

Json where_json(const Where& where) {
  Json json = Json::object();
  if (where.guest_offset) json["guest_offset"] = *where.guest_offset;
  if (where.l1_index) json["l1_index"] = *where.l1_index;
  if (where.l2_index) json["l2_index"] = *where.l2_index;
  if (where.host_offset) json["host_offset"] = *where.host_offset;
  return json;
}

Json summary_json(const CheckSummary& summary, Json violations) {
  const std::uint64_t shown = violations.size();
  return {{"corruptions", summary.corruptions},
          {"leaks", summary.leaks},
          {"allocated_clusters", summary.allocated_clusters},
          {"compressed_clusters", summary.compressed_clusters},
          {"violations", std::move(violations)},
          {"violations_omitted", summary.corruptions + summary.leaks - shown}};
}

int refused(const Violation& violation, bool json) {
  if (json) {
    print({{"refused",
            {{"rule", violation.rule.slug}, {"where", where_json(violation.where)}, {"detail", violation.detail}}}});
  }
  return complain(exit_refused, describe(violation));
}

int check(const Options& options) {
  const auto file = open_file(options.image);
  const auto image = open_image(file->source);
  if (!image) return refused(image.error(), options.json);
  Json violations = Json::array();
  std::size_t shown = 0;
  const auto summary = qcow2::check(*image, options.check, [&](Severity severity, const Violation& violation) {
    if (shown++ >= violations_shown_max) return;
    if (options.json) {
      violations.push_back({{"severity", name(severity)},
                            {"rule", violation.rule.slug},
                            {"where", where_json(violation.where)},
                            {"detail", violation.detail}});
    } else {
      fmt::print("{}: {}\n", name(severity), describe(violation));
    }
  });
  if (options.json) {
    print(summary_json(summary, std::move(violations)));
  } else {
    if (shown > violations_shown_max) fmt::print("... and {} more\n", shown - violations_shown_max);
    fmt::print("{} corruptions, {} leaks; {} clusters allocated, {} of them compressed\n", summary.corruptions,
               summary.leaks, summary.allocated_clusters, summary.compressed_clusters);
  }
  if (summary.corruptions > 0) return exit_corrupt;
  return summary.leaks > 0 ? exit_leaks : exit_clean;
}

}  // namespace

void add_check(Program& program) {
  auto options = std::make_shared<Options>();
  program.command("check", "What is wrong in an image: exit 0 clean, 1 corrupt, 3 leaks only, 4 not to be opened")
      .argument("image", options->image, "A qcow2 image")
      .flag("--deep", options->check.deep, "Decode every compressed cluster as well")
      .flag("--json", options->json, "Print JSON")
      .run([options] { return check(*options); });
}

}  // namespace qcow2::cli
