// The text of a case file, in the one form that `python3 -m generators format` gives it: only the `evidence` at its end
// is ever changed here, and the rest stays as it is to the byte.
#pragma once

#include <string>

#include "results/evidence.hpp"

namespace conform {

/// The text with this evidence; an empty one goes. An Error: the text is not in that form.
Result<std::string> with_evidence(const std::string& text, const OrderedJson& evidence);

/// Null where the file has none.
Result<OrderedJson> evidence_in(const std::string& text);

}  // namespace conform
