#include "base/printable.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace conform {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";

struct Character {
  char32_t code = 0;
  std::size_t length = 0;  // in bytes; 0: this is no UTF-8
};

/// The character at the start of a text that is not empty.
Character first_of(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return {};
  char32_t code = lead & (0x7fU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) return {};
    code = code << 6 | (byte(i) & 0x3fU);
  }
  constexpr std::array<char32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
  const bool valid = code >= least.at(length) && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  return valid ? Character{code, length} : Character{};
}

bool is_harmful(char32_t code) {
  const auto within = [code](char32_t first, char32_t last) { return code >= first && code <= last; };
  return code < 0x20 || within(0x7f, 0x9f)                              // controls: C0, DEL, C1
         || within(0x200b, 0x200f) || within(0x2028, 0x202e)            // without width; directions; ends of lines
         || within(0x2066, 0x2069) || code == 0x061c || code == 0xfeff  // directions; byte order
         || within(0xfdd0, 0xfdef) || (code & 0xfffeU) == 0xfffe;       // no characters
}

}  // namespace

std::string printable(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    const auto [code, length] = first_of(text);
    if (code == '\n' || code == '\t' || code == '\r')
      plain += ' ';
    else if (length == 0 || is_harmful(code))
      plain += replacement;
    else
      plain += text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return plain;
}

void make_printable(nlohmann::json& document) {
  if (document.is_string()) document = printable(document.get_ref<const std::string&>());
  if (document.is_structured())
    for (auto& part : document) make_printable(part);
}

}  // namespace conform
