// The part of repairing that sets size fields.
#pragma once

#include "format/byte_sink.hpp"
#include "read/compressed_cluster.hpp"
#include "repair/summary.hpp"

namespace qcow2 {

/// The descriptor whose extent covers the stream to its end and no more; nothing where the stream has no end that is
/// certain. The host_offset stays.
std::optional<Descriptor> covering_stream(const Image& image, const Descriptor& descriptor, Scratch& scratch);

/// Sets the size field of every compressed L2 entry in `copy`, which holds the bytes of `image`, and clears its bit 63.
Result<void> repair_size_fields(const Image& image, ByteSink& copy, RepairSummary& summary);

/// Whether the file may become longer. Bytes that it does not have are no part of a stream ([missing-bytes]), and must
/// not become one: refuses, with the rule that it breaks, the first stream that is broken and could reach past the end.
Result<void> judge_growth(const Image& image);

}  // namespace qcow2
