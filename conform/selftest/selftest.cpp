#include "selftest/selftest.hpp"

#include <algorithm>
#include <future>
#include <mutex>
#include <numeric>
#include <optional>

#include "base/parallel.hpp"
#include "base/replace_file.hpp"
#include "process/process.hpp"
#include "process/signals.hpp"
#include "results/choices.hpp"
#include "selftest/mutant_build.hpp"
#include "trial/trial.hpp"

namespace conform {
namespace fs = std::filesystem;
namespace {

/// The records of each case, in the order of the cases.
using Answers = std::vector<std::vector<Record>>;

class Selftest {
 public:
  Selftest(const Bench& bench, const SelftestRequest& request) : bench_(bench), request_(request) {}

  Result<KillMatrix> run() {
    if (auto done = ask_model(); !done) return tl::unexpected(done.error());
    auto tools = make_tools(request_.build, request_.folder);
    if (!tools) return tl::unexpected(tools.error());
    tools_ = std::move(*tools);
    for (const Case* one : request_.cases) matrix_.cases.push_back({one->id, one->family, one->level});
    for (const auto& mutant : request_.mutants) matrix_.mutants.push_back({mutant, ""});
    const auto order = most_work_first();
    in_parallel(order.size(), request_.jobs, [&](std::size_t i) {
      if (stopping_signal() != 0 || failed()) return;
      if (auto done = try_mutant(matrix_.mutants[order[i]]); !done) fail_with(done.error());
    });
    if (stopping_signal() != 0) return fail("interrupted");
    if (error_) return tl::unexpected(*error_);
    return std::move(matrix_);
  }

 private:
  /// What implementations/model.json says, of the programs in `folder`. The adapter, where it is there, answers what it
  /// can: to start a process for each operation takes longer than most operations do.
  Result<Implementation> implementation(const fs::path& folder) const {
    auto text = load_json(request_.places.implementations / "model.json");
    if (!text) return tl::unexpected(text.error());
    auto& operations = text->at("operations");
    for (auto& operation : operations) operation.at("command").at(0) = (folder / ModelBuild::program).string();
    if (const auto adapter = folder / ModelBuild::adapter_program; fs::exists(adapter)) {
      const std::vector<std::string> answered{"read",  "read-range", "read-snapshot", "map",
                                              "check", "repair",     "modify"};
      for (const auto& op : answered) operations.erase(op);
      (*text)["adapter"] = {{"command", {adapter.string()}}, {"operations", answered}};
    }
    const auto file = folder / "model.json";
    if (auto written = replace_file(file, text->dump()); !written) return tl::unexpected(written.error());
    return load_implementation(file, request_.places);
  }

  Result<Answers> ask(const fs::path& folder) const {
    const auto who = implementation(folder);
    if (!who) return tl::unexpected(who.error());
    return std::async(std::launch::async, [&] { return ask(*who); }).get();  // its adapter ends with the thread
  }

  Result<Answers> ask(const Implementation& who) const {
    Answers answers;
    for (const Case* one : request_.cases) {
      if (stopping_signal() != 0) return fail("interrupted");
      answers.push_back(try_case(bench_, who, {}, *one));
      for (const auto& record : answers.back())
        if (record.status == Status::harness_error) return fail("{}: {}", one->id, record.detail);
    }
    settle_groups(answers);
    return answers;
  }

  static void settle_groups(Answers& answers) {
    std::map<std::string, std::vector<Record>> groups;
    for (const auto& records : answers)
      for (const auto& record : records)
        if (!record.choice_group.empty()) groups[record.choice_group].push_back(record);
    std::map<std::pair<std::string, std::size_t>, Record> settled;
    for (auto& [name, group] : groups) {
      settle(group);
      for (auto& record : group) settled[{record.case_id, record.index}] = record;
    }
    for (auto& records : answers)
      for (auto& record : records)
        if (const auto found = settled.find({record.case_id, record.index}); found != settled.end())
          record = found->second;
  }

  /// The unchanged model must be right about everything, or a mutant's answers prove nothing.
  Result<void> ask_model() {
    std::error_code error;
    for (const char* program : {ModelBuild::program, ModelBuild::adapter_program})
      if (const auto original = request_.build.built(program);
          !fs::copy_file(original, request_.folder / program, fs::copy_options::overwrite_existing, error))
        return fail("{}: {}", original.string(), error.message());
    auto answers = ask(request_.folder);
    if (!answers) return tl::unexpected(answers.error());
    model_ = std::move(*answers);
    for (const auto& records : model_)
      for (const auto& record : records)
        if (is_nonconformance(record.status))
          return fail("the unchanged model fails {}, {}: {} {}", record.case_id, name(record.op), name(record.status),
                      record.detail);
    return {};
  }

  std::vector<std::size_t> most_work_first() const {
    std::vector<std::size_t> order(request_.mutants.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return changed_units(request_.build, request_.mutants[a]) > changed_units(request_.build, request_.mutants[b]);
    });
    return order;
  }

  Result<void> try_mutant(MatrixMutant& row) {
    const auto folder = request_.folder / row.mutant.name;
    if (auto built = build_mutant(request_.build, row.mutant, folder, tools_); !built) return built;
    const auto answers = ask(folder);
    if (!answers) return tl::unexpected(answers.error());
    for (std::size_t i = 0; i < request_.cases.size(); ++i)
      row.cells += cell_of(*request_.cases[i], model_[i], (*answers)[i]);
    const std::lock_guard lock(mutex_);
    request_.progress(row);
    return {};
  }

  bool failed() {
    const std::lock_guard lock(mutex_);
    return error_.has_value();
  }

  void fail_with(const Error& error) {
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = error;
  }

  const Bench& bench_;
  const SelftestRequest& request_;
  MutantTools tools_;
  Answers model_;
  KillMatrix matrix_;
  std::mutex mutex_;
  std::optional<Error> error_;
};

}  // namespace

Result<KillMatrix> selftest(const Bench& bench, const SelftestRequest& request) {
  return Selftest(bench, request).run();
}

}  // namespace conform
