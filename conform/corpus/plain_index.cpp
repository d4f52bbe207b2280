#include "corpus/plain_index.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/digest.hpp"

namespace conform {
namespace {

constexpr const char* columns[] = {"case", "level", "features", "image", "read", "check", "ranges"};
constexpr const char* nothing = "-";

std::string or_nothing(std::string text) { return text.empty() ? nothing : text; }

std::string inside(const Corpus& corpus, const std::filesystem::path& file) {
  return std::filesystem::absolute(file).lexically_relative(std::filesystem::absolute(corpus.folder())).string();
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

/// Of the whole disk, where a harness may take it into memory.
std::string reads(const Corpus& corpus, const Case& tested) {
  std::error_code error;
  const auto size = std::filesystem::file_size(corpus.guest(tested), error);
  return error || size > plain_digest_max ? nothing : answers_of(corpus, tested, Op::read);
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

bool stands_here(const Corpus& corpus, const Case& tested) {
  return tested.withdrawn.empty() && is_here(corpus, corpus.image(tested)) && is_here(corpus, corpus.guest(tested));
}

}  // namespace

std::string plain_index(const Corpus& corpus) {
  std::string text = fmt::format("{}\n", fmt::join(columns, "\t"));
  for (const auto& tested : corpus.cases()) {
    if (!stands_here(corpus, tested)) continue;
    const std::array answers{reads(corpus, tested), answers_of(corpus, tested, Op::check), ranges(corpus, tested)};
    if (std::all_of(answers.begin(), answers.end(), [](const std::string& one) { return one == nothing; })) continue;
    text += fmt::format("{}\t{}\t{}\t{}\t{}\n", tested.id, name(tested.level),
                        or_nothing(fmt::format("{}", fmt::join(tested.features, ","))),
                        inside(corpus, corpus.image(tested)), fmt::join(answers, "\t"));
  }
  return text;
}

}  // namespace conform
