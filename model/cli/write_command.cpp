// write: a raw disk into a new qcow2 image.
#include <fmt/format.h>

#include <bit>

#include "cli/cli.hpp"
#include "files/files.hpp"
#include "files/output.hpp"
#include "format/descriptor.hpp"
#include "write/writer.hpp"

namespace qcow2::cli {

namespace {

struct Options {
  std::string raw;
  std::string image;
  unsigned cluster_bits = 16;
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
  if (!std::has_single_bit(options.refcount_bits) || options.refcount_bits > 64) {
    throw UsageError(fmt::format("--refcount-bits {}: expected 1, 2, 4, 8, 16, 32 or 64", options.refcount_bits));
  }
  return {.cluster_bits = options.cluster_bits,
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

void add_write(Program& program) {
  auto options = std::make_shared<Options>();
  program.command("write", "Make a compressed image of a raw disk")
      .argument("raw", options->raw, "The disk's bytes")
      .argument("image", options->image, "The new image")
      .number("--cluster-bits", store_cluster_bits(options->cluster_bits), "9 to 21 (default: 16)")
      .choice("--compression", options->compression, {"deflate", "zstd"})
      .number("--refcount-bits", options->refcount_bits, "1, 2, 4, 8, 16, 32 or 64 (default: 16)")
      .number("--jobs", store_jobs(options->jobs), jobs_help)
      .run([options] { return write(*options); });
}

}  // namespace qcow2::cli
