#include "base/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace conform {
namespace {

constexpr std::size_t usual_width = 80;

/// Of UTF-8: a byte that does not go on with a character.
bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }

std::size_t columns(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_character));
}

/// Where the characters after the first `width` begin.
std::size_t after_columns(const std::string& text, std::size_t begin, std::size_t width) {
  std::size_t seen = 0;
  for (std::size_t i = begin; i < text.size(); ++i)
    if (begins_character(text[i]) && ++seen > width) return i;
  return text.size();
}

}  // namespace

std::size_t terminal_width(int file_descriptor) {
  winsize size{};
  if (::ioctl(file_descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  const char* told = std::getenv("COLUMNS");
  const auto number = told ? std::strtoul(told, nullptr, 10) : 0;
  return number > 0 ? number : usual_width;
}

std::string cut(const std::string& text, std::size_t width) {
  return columns(text) <= width ? text : text.substr(0, after_columns(text, 0, width - 1)) + "…";
}

std::string wrapped(const std::string& label, const std::string& value, std::size_t width) {
  constexpr std::size_t room_min = 20;
  const std::size_t indent = columns(label);
  const std::size_t room = std::max(width, indent + room_min) - indent;
  std::string text;
  for (std::size_t begin = 0; begin < value.size();) {
    std::size_t end = after_columns(value, begin, room);
    if (end < value.size() && value[end] != ' ') {
      const auto before = value.rfind(' ', end);
      end = before != std::string::npos && before > begin ? before : std::min(value.find(' ', end), value.size());
    }
    text += (begin == 0 ? label : std::string(indent, ' ')) + value.substr(begin, end - begin) + "\n";
    begin = value.find_first_not_of(' ', end);
  }
  return text;
}

}  // namespace conform
