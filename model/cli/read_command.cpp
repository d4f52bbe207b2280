// read: guest bytes into a file or a pipe.
#include <memory>
#include <optional>

#include "cli/chain_options.hpp"
#include "cli/cli.hpp"
#include "files/chain.hpp"
#include "files/delivery.hpp"

namespace qcow2::cli {

namespace {

struct Options {
  std::string image;
  std::string out;
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> length;
  std::string snapshot;
  ChainOptions chain;
  unsigned jobs = 1;
};

int read(const Options& options) {
  const auto image = value_or_refuse(open_image_chain(options.image, chain_rules(options.chain)));
  refuse_to_overwrite(*image, options.out);
  if (!options.snapshot.empty()) value_or_refuse(switch_to_snapshot(*image, options.snapshot));
  deliver(*image->reader, options.offset, options.length, options.out, options.jobs);
  return exit_code::conforms;
}

}  // namespace

void add_read(Program& program) {
  auto options = std::make_shared<Options>();
  Command command = program.command("read", "Read the guest's disk, or a part of it");
  command.argument("image", options->image, "A qcow2 image")
      .argument("out", options->out, "Where the bytes go: a file, or - for standard output")
      .number("--offset", options->offset, "The first guest byte (default: 0)")
      .number("--length", options->length, "How many bytes (default: to the end of the disk)")
      .option("--snapshot", options->snapshot, "NAME", "Read the disk of this internal snapshot, given by id or name")
      .number("--jobs", store_jobs(options->jobs), jobs_help);
  add_chain_options(command, options->chain).run([options] { return read(*options); });
}

}  // namespace qcow2::cli
