// The L2 entry that a failure is about.
#pragma once

#include <string>

#include "corpus/corpus.hpp"
#include "corpus/layout.hpp"
#include "results/record.hpp"

namespace conform {

/// The entry that the case is about; nothing where it is about the header, which no entry has part in.
const LayoutEntry* entry_of_case(const Layout& layout, const Case& tested, const Corpus& corpus);

/// The entry of the guest cluster with the first byte that differs, or that did not come out before a refusal. Where no
/// byte is known, that of the case.
const LayoutEntry* entry_of_failure(const Layout& layout, const Case& tested, const Record& record,
                                    const Corpus& corpus);

/// "byte 0x1002 of guest cluster 0x0: 0x5380000000060098 says 40296 bytes from host_offset 0x60098 (bits 0-53), …";
/// empty without a compressed entry.
std::string entry_words(const Corpus& corpus, const Case& tested, const Record& record);

}  // namespace conform
