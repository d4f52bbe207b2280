// modify: the image's file replaced by a changed copy when all steps are done, or left as it is.
//
// A commit changes two files. They are put in place in an order in which the image reads alike at every moment: the
// image as it was before the commit, then the backing file, then the image that has given its clusters up.
#pragma once

#include <filesystem>
#include <span>

#include "change/change.hpp"
#include "files/chain.hpp"

namespace qcow2 {

/// Where the changed files go; a place may be that of the file itself.
struct ChangedPlaces {
  std::filesystem::path image;
  std::filesystem::path backing;  ///< of a commit; empty: the backing file itself
};

/// Takes the steps on copies, and puts them in place. A rebase's name is followed as `rules` say.
/// Refuses what a step refuses. Throws UsageError where a file is in use or a copy cannot be written.
Result<void> change_file(const OpenImage& image, std::span<const change::Step> steps, const ChangedPlaces& places,
                         const ChainRules& rules);

}  // namespace qcow2
