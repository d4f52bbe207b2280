#include "report/failure/message_groups.hpp"

#include <cctype>
#include <set>

namespace conform {
namespace {

bool is_path(std::string_view word) { return word.find('/') != std::string_view::npos; }

bool is_number(std::string_view word) { return word.find_first_of("0123456789") != std::string_view::npos; }

/// The words of a message that are no number and no path: two failures of one cause differ in these.
std::string gist(const std::string& message) {
  std::string text, word;
  const auto end_word = [&] {
    if (word.empty()) return;
    text += (text.empty() ? "" : " ") + (is_path(word) ? "(file)" : is_number(word) ? "N" : word);
    word.clear();
  };
  for (char c : message) {
    if (std::isspace(static_cast<unsigned char>(c)) != 0)
      end_word();
    else
      word += c;
  }
  end_word();
  return text;
}

bool tells_why(Status status) { return status == Status::wrong_reject || status == Status::crash; }

std::set<std::string> printed_when_accepting(const Results& results) {
  std::set<std::string> gists;
  for (const auto& record : results.records)
    if (record.answer == name(Answer::accept)) gists.insert(record.implementation + "\n" + gist(record.messages));
  return gists;
}

}  // namespace

std::map<std::string, std::string> messages_in_common(const Results& results, const std::vector<const Record*>& worst) {
  const auto chatter = printed_when_accepting(results);
  std::map<std::string, std::vector<std::string>> cases;  // by message
  for (const Record* record : worst) {
    const auto said = gist(record->messages);
    if (tells_why(record->status) && !said.empty() && !chatter.contains(record->implementation + "\n" + said))
      cases[said].push_back(record->case_id);
  }
  std::map<std::string, std::string> common;
  for (const auto& [said, ids] : cases)
    if (ids.size() > 1)
      for (const auto& id : ids) common.emplace(id, said);
  return common;
}

}  // namespace conform
