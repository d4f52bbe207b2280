// The name of the backing file in the header, and the extension that says its format.
#pragma once

#include <string>

#include "change/state/state.hpp"
#include "format/result.hpp"

namespace qcow2::change {

/// Puts them into the first cluster, after the other extensions, which stay as they are. An empty name
/// takes them away.
/// Refuses, with rule::backing_file_name_length or rule::backing_file_in_first_cluster, what has no room.
Result<void> store_backing_name(State& state, const std::string& name, const std::string& format);

}  // namespace qcow2::change
