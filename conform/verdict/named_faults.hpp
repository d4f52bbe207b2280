// What a checker named, held against where the case has planted its faults. A remark beside the verdict, never a score.
#pragma once

#include <vector>

#include "base/json_file.hpp"
#include "corpus/layout.hpp"

namespace conform {

/// {planted, named, missed}: lists of host offsets of host clusters as text, each once, in their order. A planted fault
/// is not missed when its host cluster is named, or the guest cluster that refers to it. Null where nothing is planted
/// or nothing was named.
Json compare_places(const Layout& layout, const std::vector<FaultPlace>& named);

}  // namespace conform
