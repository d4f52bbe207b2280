#include "trial/run.hpp"

#include <mutex>
#include <set>

#include "base/parallel.hpp"
#include "base/shell.hpp"
#include "implementation/introduction.hpp"
#include "process/confinement.hpp"
#include "process/keepers.hpp"
#include "process/signals.hpp"
#include "results/choices.hpp"
#include "results/repeat.hpp"
#include "trial/canary.hpp"
#include "trial/second_hearing.hpp"
#include "trial/trial.hpp"

namespace conform {
namespace {

/// One that is started once stands once.
std::string name_of_command(Op op, By by) {
  switch (by) {
    case By::process: break;
    case By::adapter: return "adapter";
    case By::server: return op == Op::modify ? "server" : "server, read-only";
  }
  return std::string(name(op));
}

ImplementationInfo introduce(const Bench& bench, const Implementation& implementation) {
  ImplementationInfo info{
      .name = implementation.name,
      .version = "",
      .features = {},
      .absent = why_absent(implementation),
      .canary = "",
      .remarks = {},
  };
  if (implementation.features) info.features.assign(implementation.features->begin(), implementation.features->end());
  for (const auto& [op, command] : implementation.commands)
    info.commands.emplace(name_of_command(op, command.by), shell_line(command.words.words()));
  info.arguments = implementation.arguments;
  info.program = implementation.program.empty() ? implementation.name : implementation.program;
  if (!info.absent.empty()) return info;
  try {
    info.version = ask_version(implementation, bench.limits);
    auto answers = ask_canaries(bench, implementation);
    info.stopped = std::move(answers.stopped);
    info.remarks = std::move(answers.remarks);
  } catch (const std::exception& error) {
    for (const auto& [op, command] : implementation.commands) info.stopped[op] = error.what();
  }
  for (const auto& [op, reason] : info.stopped)
    info.canary += fmt::format("{}{}: {}", info.canary.empty() ? "" : "; ", name(op), reason);
  return info;
}

/// Takes the records of all threads; the first failure to write ends the run.
class Sink {
 public:
  Sink(const RunRequest& request, ResultsWriter& results, Progress& progress)
      : request_(request), results_(results), progress_(progress) {}

  void announce(const Case& tested, const Implementation& implementation) {
    for (std::size_t i = 0; i < tested.operations.size(); ++i)
      groups_.announce(implementation.name, tested.choice_group);
  }

  void take(std::vector<Record> records) {
    const std::lock_guard lock(mutex_);
    for (auto& record : records)
      for (auto& final : groups_.admit(std::move(record))) {
        if (error_) return;
        if (request_.known) request_.known->apply(final);
        if (auto written = results_.write(final); !written) error_ = written.error();
        if (was_executed(final.status)) progress_.done(final);
      }
  }

  bool failed() {
    const std::lock_guard lock(mutex_);
    return error_.has_value();
  }
  const std::optional<Error>& error() const { return error_; }

 private:
  const RunRequest& request_;
  std::mutex mutex_;
  ResultsWriter& results_;
  Progress& progress_;
  ChoiceGroups groups_;
  std::optional<Error> error_;
};

std::vector<Record> try_repeatedly(const Bench& bench, const Implementation& implementation, const Case& tested,
                                   const Stopped& stopped, unsigned times) {
  std::vector<std::vector<Record>> attempts;
  for (unsigned i = 0; i < times; ++i) attempts.push_back(try_case(bench, implementation, stopped, tested, i));
  return reconcile(std::move(attempts));
}

std::vector<Record> attempt(const Bench& bench, const Implementation& implementation, const ImplementationInfo& info,
                            const Case& tested, unsigned times) {
  if (!info.absent.empty()) return skip_case(implementation, tested, info.absent);
  try {
    return try_repeatedly(bench, implementation, tested, info.stopped, times);
  } catch (const std::exception& error) {
    auto records = skip_case(implementation, tested, error.what());
    for (auto& record : records) record.status = Status::harness_error;
    return records;
  }
}

/// Case by case, without what is done.
std::vector<Task> tasks(const RunRequest& request) {
  std::vector<Task> all;
  for (const Case* one : request.cases)
    for (std::size_t who = 0; who < request.implementations.size(); ++who)
      if (!request.done.contains({request.implementations[who].name, one->id})) all.push_back({one, who});
  return all;
}

}  // namespace

std::vector<Record> records_of(const RunRequest& request, const std::vector<const Case*>& cases) {
  std::vector<Record> records;
  for (const auto& implementation : request.implementations)
    for (const Case* one : cases)
      for (const auto& operation : one->operations) records.push_back(blank_record(*one, operation, implementation));
  return records;
}

Header introduce_all(const Bench& bench, const RunRequest& request) {
  const auto& implementations = request.implementations;
  const auto confinement = confinement_here();
  Header header{
      .suite = request.suite,
      .corpus_digest = bench.corpus.digest(),
      .implementations = std::vector<ImplementationInfo>(implementations.size()),
      .argv = request.argv,
      .confinement = confinement.held,
      .unconfined = confinement.not_held,
      .selection = selection_digest(request.selected),
      .shard = request.shard,
      .known = request.known ? request.known->digest() : "",
  };
  in_parallel(implementations.size(), request.jobs,
              [&](std::size_t i) { header.implementations[i] = introduce(bench, implementations[i]); });
  return header;
}

Result<void> run(const Bench& bench, const RunRequest& request, const Header& header, ResultsWriter& results,
                 Progress& progress) {
  const auto to_do = tasks(request);
  Sink sink(request, results, progress);
  std::size_t operations = 0;
  std::set<std::size_t> present;
  for (const auto& [tested, who] : to_do) {
    sink.announce(*tested, request.implementations[who]);
    if (!header.implementations[who].absent.empty()) continue;
    for (const auto& operation : tested->operations) operations += request.implementations[who].offers(operation);
    present.insert(who);
  }
  progress.start(present.size(), request.cases.size(), operations);
  const auto ask = [&](const Task& task) {
    return attempt(bench, request.implementations[task.who], header.implementations[task.who], *task.tested,
                   request.repeat);
  };
  SecondHearing again;
  in_parallel(to_do.size(), request.jobs, [&](std::size_t i) {
    if (stopping_signal() != 0 || sink.failed()) return;
    auto records = ask(to_do[i]);
    if (stopping_signal() != 0) return;
    if (ran_out_of_time(records))
      again.put_off({to_do[i], std::move(records)});
    else
      sink.take(std::move(records));
  });
  again.hold(ask, [&](std::vector<Record> records) {
    if (stopping_signal() == 0 && !sink.failed()) sink.take(std::move(records));
  });
  progress.finish();
  Keepers::all().end_strays();
  if (sink.error()) return tl::unexpected(*sink.error());
  if (stopping_signal() != 0) return {};
  using Lines = std::vector<std::string>;
  return results.finish(request.known ? request.known->unseen(records_of(request, request.selected)) : Lines{},
                        bench.spent.seconds());
}

}  // namespace conform
