// Whose bytes an implementation handed out where it should have handed out others, or none.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/open_file.hpp"

namespace conform {

/// A file in which the bytes may have been found: the guest disk, the backing file, the image itself.
struct Source {
  std::string name;
  const OpenFile* file;
};

struct Provenance {
  std::string what;    // none, zeros, another-cluster, backing-file, image-file, other
  std::string detail;  // where exactly
};

/// `part` of the guest disk as `got` (which begins at guest offset `got_offset`) has it. Of the guest disk, which must
/// be the first source, finds within `part` itself do not count.
Provenance trace(const OpenFile& got, std::uint64_t got_offset, Segment part, const std::vector<Source>& sources);

}  // namespace conform
