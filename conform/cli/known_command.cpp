// qcow2-conform known update: brings a list of known failures into step with what a run found.

#include "results/known.hpp"

#include <cstdio>

#include "base/replace_file.hpp"
#include "cli/session.hpp"
#include "results/known_update.hpp"

namespace conform::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string known;
  std::string results = "results";
  std::string link;
};

Result<KnownFailures> known_so_far(const fs::path& file, const Session& session) {
  if (!fs::exists(file)) return KnownFailures::make({}, today());
  return load_known(file, session);
}

int update_command(const Options& options, const Session& session) {
  const auto known = known_so_far(options.known, session);
  if (!known) return usage_error(known.error());
  const auto results = load_results(results_file(options.results));
  if (!results) return usage_error(results.error());
  const auto update = update_known(*known, *results, options.link);
  if (!update) return usage_error(update.error());
  if (auto written = replace_file(options.known, known_text(update->entries, known->comment())); !written)
    return usage_error(written.error());
  for (const auto& text : update->added) fmt::print("added    {}\n", text);
  for (const auto& text : update->changed) fmt::print("changed  {}\n", text);
  for (const auto& text : update->removed) fmt::print("removed  {}\n", text);
  fmt::print("{}: {} known failures\n", options.known, update->entries.size());
  return exit_ok;
}

}  // namespace

Result<KnownFailures> load_known(const fs::path& file, const Session& session) {
  if (!fs::exists(file))
    return fail(
        "{0}: no such file; run without --known, then make it with `qcow2-conform known update --known {0} --link URL`",
        file.string());
  const auto schema = JsonSchema::load(session.data / "schemas/known.json");
  if (!schema) return tl::unexpected(schema.error());
  return KnownFailures::load(file, *schema, today());
}

void add_known(Command& program, const Session& session) {
  auto options = std::make_shared<Options>();
  program.command("known", "Lists of known failures")
      .command("update", "Rewrite a list so that it agrees with what a run found")
      .required("--known", options->known, "FILE", "The list; it is made if there is none")
      .option("--link", options->link, "URL", "The page that describes the failures that are new in the list")
      .optional_argument("results", options->results, "The folder of the run, or its results.jsonl")
      .run([options, &session] { return update_command(*options, session); });
}

}  // namespace conform::cli
