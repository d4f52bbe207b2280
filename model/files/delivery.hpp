// A range of the guest's disk, delivered to a file or a pipe: clusters are decoded in parallel.
//
// The range is cut into parts on cluster borders. Threads take part after part; each decodes into its own buffer and
// writes where the part belongs. What is known to read as zeros is skipped, and so stays a hole in the output.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "read/reader.hpp"

namespace qcow2 {

/// `wanted` bytes from `offset` on, all that follow unless told, to `out` ("-": standard output), by `jobs` threads.
/// A range that leaves the disk, and what cannot be read in it, is a Refusal; the output's errors are UsageErrors.
void deliver(const Reader& reader, std::uint64_t offset, std::optional<std::uint64_t> wanted,
             const std::filesystem::path& out, unsigned jobs);

}  // namespace qcow2
