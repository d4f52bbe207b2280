// modify: steps that a guest or an operator asks for, done to an image.
#include <algorithm>
#include <memory>

#include "cli/chain_options.hpp"
#include "cli/cli.hpp"
#include "files/change_file.hpp"
#include "files/steps.hpp"

namespace qcow2::cli {

namespace {

struct Options {
  std::string image;
  std::string steps;
  std::string out;
  std::string backing_out;
  ChainOptions chain;
};

/// An image that was left alone must not find its backing file changed, nor one that was emptied find it as it was.
void judge_places(const Options& options, const Steps& steps) {
  const bool commits = std::ranges::any_of(
      steps.steps, [](const change::Step& step) { return std::holds_alternative<change::Commit>(step); });
  if (commits && options.out.empty() != options.backing_out.empty()) {
    throw UsageError("a commit changes two files: --out and --backing-out go together");
  }
  if (!commits && !options.backing_out.empty()) throw UsageError("--backing-out without a commit");
}

int modify(const Options& options) {
  const Steps steps = load_steps(options.steps);
  judge_places(options, steps);
  const ChainRules rules = chain_rules(options.chain);
  const auto image = value_or_refuse(open_image_chain(options.image, rules));
  for (const std::string& out : {options.out, options.backing_out}) {
    if (!out.empty()) refuse_to_overwrite(*image, out);
  }
  const ChangedPlaces places{.image = options.out.empty() ? options.image : options.out,
                             .backing = options.backing_out};
  value_or_refuse(change_file(*image, steps.steps, places, rules));
  return exit_code::conforms;
}

}  // namespace

void add_modify(Program& program) {
  auto options = std::make_shared<Options>();
  auto command = program.command("modify", "Change an image: write, discard, resize, snapshots, commit, rebase");
  command.argument("image", options->image, "A qcow2 image; it is replaced when all steps are done")
      .argument("steps", options->steps, "A JSON list of steps (see cases/README.md), or - for standard input")
      .option("--out", options->out, "NEW", "Write the changed image here, and leave IMAGE as it is")
      .option("--backing-out", options->backing_out, "FILE",
              "Write the changed backing file of a commit here, and leave the old one as it is");
  add_chain_options(command, options->chain).run([options] { return modify(*options); });
}

}  // namespace qcow2::cli
