#include "verdict/written/judge_repair.hpp"

#include "verdict/written/kept_bytes.hpp"

namespace conform {
namespace {

/// What a check finds that looks at the tables alone: to decode the streams too is left to a checker.
Result<std::string> faults_left(const ModelProgram& model, const std::filesystem::path& image, Answer allowed) {
  const auto check = model.check(image, ModelProgram::Decode::nothing);
  if (!check) return tl::unexpected(check.error());
  if (!check->refusal.empty()) return "a check refuses it: " + check->refusal;
  const bool leaks_too = allowed == Answer::clean;
  return describe_violations(check->json, [&](const Json& violation) {
    const auto& severity = violation.at("severity");
    return severity == "corruption" || (leaks_too && severity == "leak");
  });
}

}  // namespace

Result<ImageJudgement> judge_repair(const Bench& bench, const Implementation& implementation, const Case& tested,
                                    const Operation& operation, const std::filesystem::path& image, Answer answer) {
  ImageJudgement judged;
  judged.answer = name(answer);
  const auto lost = lost_bytes(bench, implementation.places, tested, image);
  if (!lost) return tl::unexpected(lost.error());
  judged.holds_right_disk = lost->empty();
  if (!lost->empty()) {
    judged.answer = "other-bytes";
    judged.faults.push_back("[repair-keeps-bytes] " + *lost);
    return judged;
  }
  if (answer != Answer::accept) return judged;
  const auto left = faults_left(ModelProgram(bench, implementation.places), image,
                                operation.check_afterwards.value_or(Answer::clean));
  if (!left) return tl::unexpected(left.error());
  if (left->empty()) return judged;
  judged.answer = "corrupt";
  judged.faults.push_back("[repair-complete] reported as repaired, but a check says: " + *left);
  return judged;
}

}  // namespace conform
