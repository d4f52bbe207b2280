// Which zlib and which libzstd a program decodes with: what an oracle answers can depend on them.
#pragma once

#include <string>

namespace conform {

struct LibraryVersions {
  std::string zlib, libzstd;  // empty: not linked, or not to be found out
};

/// By the names of the files that the dynamic linker would load for it; `program` is one that we trust.
LibraryVersions library_versions(const std::string& program);

/// The version in the name of the file of a library, "1.2.13" of libz.so.1.2.13; empty: none.
std::string version_in(const std::string& file_name, const std::string& library);

}  // namespace conform
