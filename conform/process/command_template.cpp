#include "process/command_template.hpp"

#include <algorithm>
#include <cassert>
#include <functional>

namespace conform {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n'; }

/// Walks a line word by word.
class Splitter {
 public:
  explicit Splitter(std::string_view line) : line_(line) {}

  Result<std::vector<std::string>> words() {
    while (at_ < line_.size()) {
      const char c = line_[at_++];
      if (is_blank(c)) {
        end_word();
      } else if (c == '\'' || c == '"') {
        if (auto quoted = quote(c); !quoted) return tl::unexpected(quoted.error());
      } else if (c == '\\') {
        if (at_ == line_.size()) return fail("a backslash at the end of: {}", line_);
        take(line_[at_++]);
      } else if (std::string_view("|&;<>()").find(c) != std::string_view::npos) {
        return fail("no shell runs this, so {} must be quoted, or say sh -c '…': {}", c, line_);
      } else {
        take(c);
      }
    }
    end_word();
    return std::move(words_);
  }

 private:
  void take(char c) {
    word_ += c;
    in_word_ = true;
  }

  void end_word() {
    if (in_word_) words_.push_back(std::move(word_));
    word_.clear();
    in_word_ = false;
  }

  Result<void> quote(char mark) {
    in_word_ = true;
    while (at_ < line_.size()) {
      const char c = line_[at_++];
      if (c == mark) return {};
      const bool escapes = mark == '"' && c == '\\' && at_ < line_.size() &&
                           std::string_view("$`\"\\\n").find(line_[at_]) != std::string_view::npos;
      word_ += escapes ? line_[at_++] : c;
    }
    return fail("a quotation mark without its pair: {}", line_);
  }

  std::string_view line_;
  std::size_t at_ = 0;
  bool in_word_ = false;
  std::string word_;
  std::vector<std::string> words_;
};

/// The name in "{name}" at the start of `text`, or nothing.
std::string_view placeholder_at(std::string_view text) {
  const auto close = text.find('}');
  if (text.empty() || text[0] != '{' || close == std::string_view::npos || close == 1) return {};
  const auto name = text.substr(1, close - 1);
  const bool is_name = std::all_of(name.begin(), name.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
  return is_name ? name : std::string_view{};
}

using Replace = std::function<std::string(std::string_view name)>;

/// The word with its placeholders replaced and its doubled braces single.
std::string expand(std::string_view word, const Replace& replace) {
  std::string text;
  for (std::size_t position = 0; position < word.size();) {
    const auto rest = word.substr(position);
    const auto name = placeholder_at(rest);
    if (rest.starts_with("{{") || rest.starts_with("}}")) {
      text += rest[0];
      position += 2;
    } else if (!name.empty()) {
      text += replace(name);
      position += name.size() + 2;
    } else {
      text += rest[0];
      position += 1;
    }
  }
  return text;
}

}  // namespace

Result<std::vector<std::string>> split_words(std::string_view line) { return Splitter(line).words(); }

Result<CommandTemplate> CommandTemplate::parse(std::vector<std::string> words,
                                               const std::vector<std::string_view>& known) {
  if (words.empty() || words[0].empty()) return fail("an empty command");
  std::string unknown;
  for (const auto& word : words)
    expand(word, [&](std::string_view name) {
      if (std::find(known.begin(), known.end(), name) == known.end() && unknown.empty()) unknown = name;
      return std::string();
    });
  if (!unknown.empty()) return fail("{{{}}} is not a placeholder here (write {{{{ for a brace)", unknown);
  CommandTemplate command;
  command.words_ = std::move(words);
  return command;
}

bool CommandTemplate::uses(std::string_view placeholder) const {
  bool found = false;
  for (const auto& word : words_)
    expand(word, [&](std::string_view name) {
      found = found || name == placeholder;
      return std::string();
    });
  return found;
}

std::vector<std::string> CommandTemplate::fill(const Values& values) const {
  std::vector<std::string> filled;
  for (const auto& word : words_)
    filled.push_back(expand(word, [&](std::string_view name) {
      const auto value = values.find(name);
      assert(value != values.end());
      return value->second;
    }));
  return filled;
}

}  // namespace conform
