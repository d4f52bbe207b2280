#include "trial/trial.hpp"

#include "base/spare_memory.hpp"
#include "trial/custody.hpp"
#include "trial/judged_record.hpp"
#include "trial/observation.hpp"
#include "trial/ranges.hpp"
#include "trial/served.hpp"
#include "trial/step_contents.hpp"

namespace conform {
namespace {

std::vector<Record> refuse_image(const Implementation& implementation, const Case& tested, const std::string& why) {
  auto records = skip_case(implementation, tested, why);
  for (auto& record : records) {
    record.status = Status::harness_error;
    record.lock_mismatch = true;
  }
  return records;
}

constexpr std::size_t ranges_of_read_parallel = 240;

/// What is asked for at once, or in which order, is this attempt's own.
Result<Plan> plan_of(const Bench& bench, const Case& tested, const Operation& operation, unsigned attempt) {
  Plan plan{bench.seed + attempt};
  if (operation.op != Op::read_parallel) return plan;
  const auto map = load_guest_map(bench.corpus.guest_map(tested));
  if (!map) return tl::unexpected(map.error());
  plan.ranges = ranges_that_meet(*map, plan.seed, ranges_of_read_parallel);
  return plan;
}

/// The length that the operation's output should have, or more.
std::uint64_t output_length(Op op, const LockEntry& lock) {
  std::uint64_t length = lock.guest.length;
  if (op == Op::write) length *= 2;  // with tables and refcounts
  if (op == Op::modify || op == Op::repair) length = lock.image.length + 2 * length;
  return length;
}

Result<void> perform(const Question& question, unsigned attempt, Custody& custody, Record& record) {
  const auto& [bench, implementation, tested, operation] = question;
  const auto copy = custody.hand_out(operation.op);
  if (!copy) return tl::unexpected(copy.error());
  Allowance allowance{bench.limits, output_length(operation.op, bench.corpus.lock().at(tested.id)), tested.limits};
  if (!bench.holds_to_case_times) allowance.of_case.time.reset();
  const auto plan = plan_of(bench, tested, operation, attempt);
  if (!plan) return tl::unexpected(plan.error());
  Operation asked = operation;
  if (operation.op == Op::modify) {
    auto steps = steps_with_files(bench.corpus, tested, operation, **copy);
    if (!steps) return tl::unexpected(steps.error());
    asked.steps = std::move(*steps);
  }
  const auto observation = observe(implementation, asked, **copy, allowance, *plan);
  auto filled = bench.spent.on(Work::judging, [&] { return fill_record(question, observation, record); });
  if (!filled) record.status = Status::harness_error;  // which nobody is held to account for
  custody.take_back(operation, observation.output);
  return filled;
}

std::vector<Record> try_operations(const Bench& bench, const Implementation& implementation, const Stopped& stopped,
                                   const Case& tested, unsigned attempt) {
  std::vector<Record> records;
  Custody custody(bench, tested, records);
  for (const auto& operation : tested.operations) {
    Record& record = records.emplace_back(blank_record(tested, operation, implementation));
    if (!record.offered) {
      const bool stays_up = operation.wants_server() || operation.op == Op::read_parallel;
      record.detail =
          fmt::format("{} has no {} for {}", implementation.name, stays_up ? "server" : "command", name(operation.op));
    } else if (const auto why = stopped.find(operation.op); why != stopped.end()) {
      record.detail = "stopped: " + why->second;
    } else if (auto done = perform({bench, implementation, tested, operation}, attempt, custody, record); !done) {
      record.status = Status::harness_error;
      record.detail = done.error().message;
    }
  }
  stop_serving();
  custody.settle();
  give_back_freed_memory();
  return records;
}

}  // namespace

std::vector<Record> try_case(const Bench& bench, const Implementation& implementation, const Stopped& stopped,
                             const Case& tested, unsigned attempt) {
  if (const auto& obstacle = bench.obstacle(tested); !obstacle.empty())
    return skip_case(implementation, tested, obstacle);
  if (const auto mismatches = bench.mismatches(tested); !mismatches.empty())
    return refuse_image(implementation, tested, "differs from the lock: " + mismatches[0]);
  auto records = try_operations(bench, implementation, stopped, tested, attempt);
  if (const auto mismatches = bench.mismatches(tested); !mismatches.empty())
    return refuse_image(implementation, tested, "the corpus was changed during the run: " + mismatches[0]);
  return records;
}

std::vector<Record> skip_case(const Implementation& implementation, const Case& tested, const std::string& reason) {
  std::vector<Record> records;
  for (const auto& operation : tested.operations) {
    records.push_back(blank_record(tested, operation, implementation));
    records.back().detail = reason;
  }
  return records;
}

}  // namespace conform
