#include "selftest/kill_report.hpp"

namespace conform {

namespace report::assets {
extern const std::string_view kill_matrix_html;
}

namespace {

Json mutant_json(const MatrixMutant& row) {
  const Mutant& mutant = row.mutant;
  return {{"name", mutant.name},       {"part", mutant.part},
          {"file", mutant.file},       {"mistake", mutant.mistake},
          {"made_by", mutant.made_by}, {"before", mutant.before},
          {"after", mutant.after},     {"equivalent", mutant.equivalent},
          {"cells", row.cells}};
}

Json case_json(const KillReport& report, const MatrixCase& one) {
  const Case* found = report.corpus.find(one.id);
  const auto control = report.controls.find(one.id);
  return {{"id", one.id},
          {"family", one.family},
          {"level", name(one.level)},
          {"title", found ? found->title : ""},
          {"control", control == report.controls.end() ? "" : control->second}};
}

Json data(const KillReport& report) {
  Json all{{"summary", summary_line(report)},
           {"survivors", report.judgement.survivors},
           {"idle_cases", report.judgement.idle_cases},
           {"errors", report.judgement.errors},
           {"letters", Json::object()},
           {"mutants", Json::array()},
           {"cases", Json::array()}};
  for (char letter : std::string_view("dafrui!~-.")) all["letters"][std::string(1, letter)] = cell::describe(letter);
  for (const auto& row : report.matrix.mutants) all["mutants"].push_back(mutant_json(row));
  for (const auto& one : report.matrix.cases) all["cases"].push_back(case_json(report, one));
  return all;
}

/// JSON that may stand in a script element.
std::string in_script(const Json& json) {
  std::string text;
  for (char c : json.dump(-1, ' ', false, Json::error_handler_t::replace))
    text += c == '<' ? std::string("\\u003c") : std::string(1, c);
  return text;
}

}  // namespace

std::string page(const KillReport& report) {
  constexpr std::string_view placeholder = "@DATA@";
  std::string text{report::assets::kill_matrix_html};
  return text.replace(text.find(placeholder), placeholder.size(), in_script(data(report)));
}

}  // namespace conform
