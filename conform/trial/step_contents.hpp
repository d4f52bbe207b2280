// The steps of a modify operation as an implementation is given them: contents that the case names are files.
#pragma once

#include "base/json_file.hpp"
#include "bench/image_copy.hpp"
#include "corpus/corpus.hpp"

namespace conform {

/// "content" becomes "file", a copy of the content beside the image.
Result<Json> steps_with_files(const Corpus& corpus, const Case& tested, const Operation& operation,
                              const ImageCopy& copy);

}  // namespace conform
