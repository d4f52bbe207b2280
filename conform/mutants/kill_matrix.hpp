// Mutants x cases: which case tells which mutant from the model. The proof that the suite would notice a mistake.
//
// A kill is a wrong answer in a must or should case: wrong data, or another verdict. A mutant that crashes or hangs has
// not been judged by a case, so that alone is no kill.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/case.hpp"
#include "mutants/mutant.hpp"
#include "results/record.hpp"

namespace conform {

/// What became of a mutant in a case, as a letter.
namespace cell {
inline constexpr char same = '.';
inline constexpr char wrong_data = 'd';
inline constexpr char wrong_accept = 'a';
inline constexpr char unnoticed = 'f';
inline constexpr char wrong_reject = 'r';
inline constexpr char unsound = 'u';
inline constexpr char inconsistent = 'i';  // another choice than in a case that must be answered alike
inline constexpr char crash = '!';         // a signal, an assertion, a time-out, a limit: no kill
inline constexpr char not_run = '-';       // this machine cannot run the case, or nobody did: nothing is known
inline constexpr char other = '~';         // it shows, where the text leaves the answer open: no kill

constexpr bool is_kill(char mark) { return std::string_view("dafrui").find(mark) != std::string_view::npos; }
std::string_view describe(char mark);
}  // namespace cell

struct MatrixCase {
  std::string id;
  std::string family;
  Level level = Level::must;
  bool scored() const { return level <= Level::should; }
};

struct MatrixMutant {
  Mutant mutant;
  std::string cells;  // a letter a case, in the order of the cases
  std::size_t kills() const;
  std::size_t crashes() const;
};

struct KillMatrix {
  std::vector<MatrixCase> cases;
  std::vector<MatrixMutant> mutants;
  std::size_t kills_of_case(std::size_t index) const;
  bool known(std::size_t index) const;  // whether every mutant has run it
};

/// The letter of one case: of its operations the worst. `model` is what the unchanged model answered.
char cell_of(const Case& mark, const std::vector<Record>& model, const std::vector<Record>& mutant);

/// A line a case and a mutant, so that a change of the matrix can be read in a diff.
std::string matrix_json(const KillMatrix& matrix);
Result<KillMatrix> read_matrix(const std::filesystem::path& file);
/// Of these mutants and cases what `newer` knows, else what `older` does, by name; else cell::not_run.
KillMatrix merged(const KillMatrix& older, const KillMatrix& newer, const std::vector<Mutant>& mutants,
                  const std::vector<const Case*>& cases);
/// Of matrix_json, and what it leaves out (a mutant's texts) from `mutants`: it must name exactly these.
Result<KillMatrix> load_matrix(const std::filesystem::path& file, const std::vector<Mutant>& mutants);

/// The published matrix, with what the list of mutants says of each; a mutant that is no longer there has its name
/// alone. Empty where there is no matrix: then failures are held to nothing.
KillMatrix published_matrix(const std::filesystem::path& file, const std::filesystem::path& list);

}  // namespace conform
