#include "process/ending.hpp"

#include <algorithm>

namespace conform {

std::string first_line(const ProcessReport& report) {
  constexpr std::size_t length_max = 300;
  const auto& text = report.messages;
  const auto begin = std::min(text.find_first_not_of("\r\n\t "), text.size());
  const auto end = std::min({text.find_first_of("\r\n", begin), text.size(), begin + length_max});
  std::string line = text.substr(begin, end - begin);
  for (char& c : line)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  return line;
}

}  // namespace conform
