// What the clauses on changing ask of an image's header and bitmaps: a pure function of what the model says of the
// image before and after.
#pragma once

#include "verdict/written/writer_properties.hpp"

namespace conform {

/// `before` and `after`: of `info`; `steps`: as the case has them. Nothing for a slug that is no property of changing.
std::optional<Property> changer_property(std::string_view clause, const Json& before, const Json& after,
                                         const Json& steps);

}  // namespace conform
