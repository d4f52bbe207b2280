// A command as people write it, and the argument vector that it becomes: words by the rules of the shell, no shell run,
// and {placeholders} filled in.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace conform {

/// Blanks part words; '…' and "…" quote; a backslash quotes the next character (in "…" only $ ` " \ and newline).
/// An unquoted | & ; < > ( ) is an error: there is no shell that would act on it.
Result<std::vector<std::string>> split_words(std::string_view line);

using Values = std::map<std::string, std::string, std::less<>>;

class CommandTemplate {
 public:
  CommandTemplate() = default;

  /// A {word} of lower-case letters and _ must be one of `known`; "{{" stands for a brace.
  static Result<CommandTemplate> parse(std::vector<std::string> words, const std::vector<std::string_view>& known);

  bool uses(std::string_view placeholder) const;
  const std::vector<std::string>& words() const { return words_; }

  /// Every placeholder that is used has a value.
  std::vector<std::string> fill(const Values& values) const;

 private:
  std::vector<std::string> words_;
};

}  // namespace conform
