#include "mutants/kill_matrix.hpp"

#include <algorithm>
#include <map>

namespace conform {
namespace {

std::size_t how_many(const std::string& cells, bool (*is)(char)) {
  return static_cast<std::size_t>(std::count_if(cells.begin(), cells.end(), is));
}

char cell_of(const Record& model, const Record& mutant, bool scored) {
  if (model.status == mutant.status && model.choice == mutant.choice) return cell::same;
  switch (mutant.status) {
    case Status::wrong_data: return scored ? cell::wrong_data : cell::other;
    case Status::wrong_accept: return scored ? cell::wrong_accept : cell::other;
    case Status::flaw_unnoticed: return scored ? cell::unnoticed : cell::other;
    case Status::wrong_reject: return scored ? cell::wrong_reject : cell::other;
    case Status::unsound_image: return scored ? cell::unsound : cell::other;
    case Status::inconsistent_choice: return scored ? cell::inconsistent : cell::other;
    case Status::crash:
    case Status::timeout:
    case Status::resource: return cell::crash;
    default: return cell::other;
  }
}

int weight(char mark) {
  constexpr std::string_view rising = ".~!iufrad";
  return static_cast<int>(rising.find(mark));
}

Json case_json(const MatrixCase& one) { return {{"id", one.id}, {"family", one.family}, {"level", name(one.level)}}; }

Json mutant_json(const MatrixMutant& one) {
  return {{"name", one.mutant.name}, {"part", one.mutant.part}, {"cells", one.cells}};
}

template <class T>
std::string lines(const std::vector<T>& all, Json (*as_json)(const T&)) {
  std::string text;
  for (const auto& one : all) text += fmt::format("{}    {}", text.empty() ? "" : ",\n", as_json(one).dump());
  return text;
}

Result<MatrixCase> parse_case(const Json& text) {
  const auto level = level_named(text.at("level").get<std::string>());
  if (!level) return tl::unexpected(level.error());
  return MatrixCase{text.at("id"), text.at("family"), *level};
}

Result<KillMatrix> parse(const Json& document) {
  KillMatrix matrix;
  for (const auto& text : document.at("cases")) {
    auto one = parse_case(text);
    if (!one) return tl::unexpected(one.error());
    matrix.cases.push_back(std::move(*one));
  }
  for (const auto& text : document.at("mutants")) {
    MatrixMutant row{{}, text.at("cells")};
    row.mutant.name = text.at("name");
    row.mutant.part = text.at("part");
    if (row.cells.size() != matrix.cases.size()) return fail("{}: expected one letter per case", row.mutant.name);
    matrix.mutants.push_back(std::move(row));
  }
  return matrix;
}

const Mutant* named(const std::vector<Mutant>& mutants, const std::string& wanted) {
  const auto found =
      std::find_if(mutants.begin(), mutants.end(), [&](const Mutant& one) { return one.name == wanted; });
  return found == mutants.end() ? nullptr : &*found;
}

}  // namespace

std::string_view cell::describe(char mark) {
  switch (mark) {
    case wrong_data: return "killed: wrong data";
    case wrong_accept: return "killed: accepts what must be refused, and returns invented bytes";
    case unnoticed: return "killed: misses a flaw, or calls an image better than it is";
    case wrong_reject: return "killed: refuses what must be accepted, or calls it worse than it is";
    case unsound: return "killed: leaves an image with the right disk that breaks a rule of writing";
    case inconsistent: return "killed: answers cases differently that must be answered alike";
    case crash: return "crashes, hangs or exceeds a limit: no kill";
    case not_run: return "not run: newer than the run, or it needs a longer file than the machine can hold";
    case other: return "answers differently where the text leaves it open: no kill";
    default: return "answers as the model does";
  }
}

std::size_t MatrixMutant::kills() const { return how_many(cells, cell::is_kill); }

std::size_t MatrixMutant::crashes() const {
  return how_many(cells, [](char mark) { return mark == cell::crash; });
}

std::size_t KillMatrix::kills_of_case(std::size_t index) const {
  return static_cast<std::size_t>(std::count_if(
      mutants.begin(), mutants.end(), [&](const MatrixMutant& one) { return cell::is_kill(one.cells[index]); }));
}

bool KillMatrix::known(std::size_t index) const {
  return std::all_of(mutants.begin(), mutants.end(),
                     [&](const MatrixMutant& one) { return one.cells[index] != cell::not_run; });
}

char cell_of(const Case& mark, const std::vector<Record>& model, const std::vector<Record>& mutant) {
  if (std::none_of(model.begin(), model.end(), [](const Record& record) { return was_executed(record.status); }))
    return cell::not_run;
  char worst = cell::same;
  for (std::size_t i = 0; i < model.size() && i < mutant.size(); ++i) {
    const char one = cell_of(model[i], mutant[i], mark.level <= Level::should);
    if (weight(one) > weight(worst)) worst = one;
  }
  return worst;
}

std::string matrix_json(const KillMatrix& matrix) {
  return fmt::format("{{\n  \"schema\": 1,\n  \"cases\": [\n{}\n  ],\n  \"mutants\": [\n{}\n  ]\n}}\n",
                     lines(matrix.cases, case_json), lines(matrix.mutants, mutant_json));
}

Result<KillMatrix> read_matrix(const std::filesystem::path& file) {
  const auto document = load_json(file);
  if (!document) return tl::unexpected(document.error());
  try {
    auto matrix = parse(*document);
    if (!matrix) return fail("{}: {}", file.string(), matrix.error().message);
    return matrix;
  } catch (const Json::exception& error) {
    return fail("{}: {}", file.string(), error.what());
  }
}

KillMatrix merged(const KillMatrix& older, const KillMatrix& newer, const std::vector<Mutant>& mutants,
                  const std::vector<const Case*>& cases) {
  std::map<std::pair<std::string, std::string>, char> cells;
  for (const KillMatrix* matrix : {&older, &newer})
    for (const auto& row : matrix->mutants)
      for (std::size_t i = 0; i < matrix->cases.size(); ++i)
        if (row.cells[i] != cell::not_run) cells[{row.mutant.name, matrix->cases[i].id}] = row.cells[i];
  KillMatrix all;
  for (const Case* one : cases) all.cases.push_back({one->id, one->family, one->level});
  for (const auto& mutant : mutants) {
    MatrixMutant row{mutant, std::string(cases.size(), cell::not_run)};
    for (std::size_t i = 0; i < cases.size(); ++i)
      if (const auto found = cells.find({mutant.name, cases[i]->id}); found != cells.end())
        row.cells[i] = found->second;
    all.mutants.push_back(std::move(row));
  }
  return all;
}

Result<KillMatrix> load_matrix(const std::filesystem::path& file, const std::vector<Mutant>& mutants) {
  auto matrix = read_matrix(file);
  if (!matrix) return matrix;
  for (auto& [mutant, cells] : matrix->mutants) {
    const Mutant* known = named(mutants, mutant.name);
    if (!known) return fail("{}: it names a mutant that does not exist: {}", file.string(), mutant.name);
    mutant = *known;
  }
  if (matrix->mutants.size() != mutants.size())
    return fail("{}: it has {} mutants, there are {}", file.string(), matrix->mutants.size(), mutants.size());
  return matrix;
}

KillMatrix published_matrix(const std::filesystem::path& file, const std::filesystem::path& list) {
  auto matrix = read_matrix(file);
  if (!matrix) return {};
  if (const auto mutants = load_mutants(list))
    for (auto& [mutant, cells] : matrix->mutants)
      if (const Mutant* known = named(*mutants, mutant.name)) mutant = *known;
  return std::move(*matrix);
}

}  // namespace conform
