// Text from strangers, fit for people to look at: in a terminal, in XML, in a browser.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace conform {

/// In one line: blanks for newlines and tabs, U+FFFD for whatever a terminal would act on, turns the direction of
/// writing, has no place in XML, or is no UTF-8.
std::string printable(std::string_view text);

/// The same of every text in a document, keys aside.
void make_printable(nlohmann::json& document);

}  // namespace conform
