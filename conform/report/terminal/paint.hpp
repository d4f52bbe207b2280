// Colour on a terminal that wants it, and nothing anywhere else.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace conform {

class Paint {
 public:
  explicit Paint(bool on) : on_(on) {}
  /// Standard output is a terminal, and NO_COLOR is not set.
  static Paint for_terminal();

  std::string good(std::string_view text) const { return paint("32", text); }
  std::string doubtful(std::string_view text) const { return paint("33", text); }
  std::string bad(std::string_view text) const { return paint("31", text); }
  std::string unnoticed(std::string_view text) const { return paint("35", text); }
  std::string worst(std::string_view text) const { return paint("1;37;41", text); }
  std::string strong(std::string_view text) const { return paint("1", text); }
  std::string faint(std::string_view text) const { return paint("2", text); }

  /// By how bad a status is (badness(), status.hpp).
  std::string by_badness(int badness, std::string_view text) const;

 private:
  std::string paint(std::string_view code, std::string_view text) const {
    return on_ ? fmt::format("\033[{}m{}\033[0m", code, text) : std::string(text);
  }
  bool on_;
};

}  // namespace conform
