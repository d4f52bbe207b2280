// write: a raw disk into a new qcow2 image.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <bit>

#include "cli.hpp"
#include "descriptor.hpp"
#include "files.hpp"
#include "output.hpp"
#include "writer.hpp"

namespace qcow2::cli {

namespace {

struct Options {
  std::string raw;
  std::string image;
  std::uint64_t cluster_bits = 16;
  std::uint64_t refcount_bits = 16;
  std::string compression = "deflate";
  unsigned jobs = 1;
};

class OutputSink final : public ByteSink {
 public:
  explicit OutputSink(Output& output) : output_(&output) {}
  void write_at(HostOffset offset, std::span<const std::byte> bytes) override {
    output_->write_at(offset.value, bytes);
  }

 private:
  Output* output_;
};

WriteOptions judge(const Options& options) {
  if (options.cluster_bits < cluster_bits_min || options.cluster_bits > cluster_bits_max) {
    throw UsageError(
        fmt::format("--cluster-bits {} is not in {} to {}", options.cluster_bits, cluster_bits_min, cluster_bits_max));
  }
  if (!std::has_single_bit(options.refcount_bits) || options.refcount_bits > 64) {
    throw UsageError(fmt::format("--refcount-bits {} is none of 1, 2, 4, 8, 16, 32, 64", options.refcount_bits));
  }
  return {.cluster_bits = static_cast<unsigned>(options.cluster_bits),
          .refcount_order = static_cast<unsigned>(std::countr_zero(options.refcount_bits)),
          .compression_type = options.compression == "zstd" ? CompressionType::zstd : CompressionType::deflate,
          .jobs = options.jobs};
}

int write(const Options& options) {
  const WriteOptions write_options = judge(options);
  const auto raw = open_file(options.raw);
  refuse_to_overwrite(*raw, options.image);
  const auto output = open_output(options.image);
  if (output->in_order()) throw UsageError(fmt::format("'{}' is not a regular file", options.image));
  OutputSink sink(*output);
  output->finish(value_or_refuse(write_image(raw->source, sink, write_options)));
  return exit_code::conforms;
}

}  // namespace

void add_write(CLI::App& program, Action& chosen) {
  auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand("write", "A compressed image of a raw disk");
  command->add_option("raw", options->raw, "The disk's bytes")->required();
  command->add_option("image", options->image, "The new image")->required();
  add_number(*command, "--cluster-bits", options->cluster_bits, "9 to 21; 16 unless told");
  command->add_option("--compression", options->compression)->check(CLI::IsMember({"deflate", "zstd"}));
  add_number(*command, "--refcount-bits", options->refcount_bits, "1 to 64, a power of 2; 16 unless told");
  add_jobs(*command, options->jobs);
  command->callback([options, &chosen] { chosen = [options] { return write(*options); }; });
}

}  // namespace qcow2::cli
