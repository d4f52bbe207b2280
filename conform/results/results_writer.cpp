#include "results/results_writer.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace conform {
namespace {

Result<FileDescriptor> open_locked(const std::filesystem::path& file) {
  FileDescriptor descriptor(::open(file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (descriptor.get() < 0) return fail("{}: {}", file.string(), std::strerror(errno));
  if (::flock(descriptor.get(), LOCK_EX | LOCK_NB) != 0)
    return errno == EWOULDBLOCK
               ? fail("{}: another run is writing there; give this one an --out of its own", file.string())
               : fail("{}: cannot be locked: {}", file.string(), std::strerror(errno));
  return descriptor;
}

/// Appends all of it, or says why not; part of it may then stand there.
Result<void> append(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t wrote = ::write(file, text.data(), text.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return fail("results.jsonl: {}", std::strerror(errno));
    text.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return {};
}

}  // namespace

ResultsWriter::ResultsWriter(FileDescriptor file) : file_(std::move(file)), counts_(count({})) {}

Result<ResultsWriter> ResultsWriter::create(const std::filesystem::path& file) {
  auto writer = open(file);
  if (!writer) return writer;
  if (auto cleared = writer->clear(); !cleared) return tl::unexpected(cleared.error());
  return writer;
}

Result<ResultsWriter> ResultsWriter::open(const std::filesystem::path& file) {
  auto descriptor = open_locked(file);
  if (!descriptor) return tl::unexpected(descriptor.error());
  return ResultsWriter(std::move(*descriptor));
}

Result<void> ResultsWriter::cut(std::uint64_t end) {
  if (::ftruncate(file_.get(), static_cast<off_t>(end)) != 0 && errno != EINVAL)  // EINVAL: a device
    return fail("results.jsonl: {}", std::strerror(errno));
  whole_ = end;
  return {};
}

Result<void> ResultsWriter::clear() {
  counts_ = count({});
  selected_ = 0;
  return cut(0);
}

Result<void> ResultsWriter::keep(const Unfinished& unfinished, std::size_t records) {
  const auto& all = unfinished.results.records;
  const std::vector<Record> kept(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(records));
  counts_ = count(kept);
  selected_ = kept.size();
  return cut(unfinished.ends.at(records));
}

Result<void> ResultsWriter::write_line(const Json& line) {
  // What programs print need not be UTF-8.
  const std::string text = line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  if (auto written = append(file_.get(), text); !written) {
    // The lines before stay whole: whoever reads or resumes the file finds no half one.
    [[maybe_unused]] const int ignored = ::ftruncate(file_.get(), static_cast<off_t>(whole_));
    return written;
  }
  whole_ += text.size();
  return {};
}

Result<void> ResultsWriter::write(const Header& header) { return write_line(to_json(header)); }

Result<void> ResultsWriter::write(const Record& record) {
  ++counts_[record.status];
  ++selected_;
  return write_line(to_json(record));
}

Result<void> ResultsWriter::finish(const std::vector<std::string>& known_errors,
                                   const std::map<std::string, double>& seconds) {
  auto written = write_line({{"type", "footer"},
                             {"counts", to_json(counts_)},
                             {"selected", selected_},
                             {"known_errors", known_errors},
                             {"seconds", seconds},
                             {"complete", true}});
  if (written && ::fsync(file_.get()) != 0 && errno != EINVAL) return fail("results.jsonl: {}", std::strerror(errno));
  return written;
}

}  // namespace conform
