// What of an image a change must keep or mark: header extensions, additional fields of the header, bitmaps.
#pragma once

#include "cli/cli.hpp"
#include "format/image.hpp"

namespace qcow2::cli {

/// Adds header_extensions, additional_fields and bitmaps to the document, those that there are.
void add_kept(Json& json, const Image& image);

}  // namespace qcow2::cli
