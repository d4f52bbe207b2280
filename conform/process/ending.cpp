#include "process/ending.hpp"

#include <algorithm>

#include "base/printable.hpp"

namespace conform {

std::string first_line(const ProcessReport& report) {
  constexpr std::size_t length_max = 300;
  const auto& text = report.messages;
  const auto begin = std::min(text.find_first_not_of("\r\n\t "), text.size());
  const auto end = std::min({text.find_first_of("\r\n", begin), text.size(), begin + length_max});
  return printable(std::string_view(text).substr(begin, end - begin));
}

}  // namespace conform
