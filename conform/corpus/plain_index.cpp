#include "corpus/plain_index.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

namespace conform {
namespace {

constexpr const char* columns[] = {"case", "level", "features", "image", "read", "check", "ranges"};
constexpr const char* nothing = "-";

std::string or_nothing(std::string text) { return text.empty() ? nothing : text; }

std::string inside(const Corpus& corpus, const std::filesystem::path& file) {
  return file.lexically_relative(corpus.folder()).string();
}

std::string answers(const Corpus& corpus, const Case& tested, const Expect& expect) {
  if (expect.observes()) return "any";
  std::set<std::string> words;
  for (const auto& choice : expect.answers)
    words.insert(choice.answer == Answer::accept ? inside(corpus, corpus.guest(tested, choice.guest))
                                                 : std::string(name(choice.answer)));
  return fmt::format("{}", fmt::join(words, "|"));
}

std::string answers_of(const Corpus& corpus, const Case& tested, Op op) {
  for (const auto& operation : tested.operations)
    if (operation.op == op) return answers(corpus, tested, operation.expect);
  return nothing;
}

std::string ranges(const Corpus& corpus, const Case& tested) {
  std::vector<std::string> words;
  for (const auto& operation : tested.operations)
    if (operation.op == Op::read_range)
      words.push_back(
          fmt::format("{}+{}={}", operation.offset, operation.length, answers(corpus, tested, operation.expect)));
  return or_nothing(fmt::format("{}", fmt::join(words, " ")));
}

/// A packed file is unpacked elsewhere, if at all, and is of no use to a harness that knows nothing of this project.
bool is_here(const Corpus& corpus, const std::filesystem::path& file) {
  return !inside(corpus, file).starts_with("..") && std::filesystem::exists(file);
}

bool can_be_asked(const Corpus& corpus, const Case& tested) {
  if (!tested.withdrawn.empty()) return false;
  if (!is_here(corpus, corpus.image(tested)) || !is_here(corpus, corpus.guest(tested))) return false;
  for (const auto& operation : tested.operations)
    if (operation.op == Op::read || operation.op == Op::read_range || operation.op == Op::check) return true;
  return false;
}

}  // namespace

std::string plain_index(const Corpus& corpus) {
  std::string text = fmt::format("{}\n", fmt::join(columns, "\t"));
  for (const auto& tested : corpus.cases())
    if (can_be_asked(corpus, tested))
      text += fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\n", tested.id, name(tested.level),
                          or_nothing(fmt::format("{}", fmt::join(tested.features, ","))),
                          inside(corpus, corpus.image(tested)), answers_of(corpus, tested, Op::read),
                          answers_of(corpus, tested, Op::check), ranges(corpus, tested));
  return text;
}

}  // namespace conform
