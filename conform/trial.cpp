#include "trial.hpp"

#include <optional>

#include "observation.hpp"
#include "output.hpp"
#include "verdict.hpp"

namespace conform {
namespace {

class Trial {
 public:
  Trial(const Bench& bench, const Implementation& implementation, const Case& of)
      : bench_(bench), implementation_(implementation), case_(of) {}

  std::vector<Record> run() {
    if (const auto& mismatches = bench_.mismatches(case_); !mismatches.empty()) return refuse_image(mismatches[0]);
    for (const auto& operation : case_.operations) {
      records_.push_back(blank_record(case_, operation, implementation_.name));
      if (!implementation_.commands.contains(operation.op))
        records_.back().detail = fmt::format("{} has no command for {}", implementation_.name, name(operation.op));
      else if (auto done = perform(operation, records_.back()); !done)
        set(records_.back(), Status::harness_error, done.error().message);
    }
    if (copy_) hold_to_account(copy_->changes());
    return std::move(records_);
  }

 private:
  static void set(Record& record, Status status, std::string detail) {
    record.status = status;
    record.detail = std::move(detail);
  }

  std::vector<Record> refuse_image(const std::string& mismatch) {
    auto records = skip_case(implementation_, case_, "not as the lock has it: " + mismatch);
    for (auto& record : records) {
      record.status = Status::harness_error;
      record.lock_mismatch = true;
    }
    return records;
  }

  Result<void> make_copy() {
    const LockEntry& lock = bench_.corpus.lock().at(case_.id);
    std::vector<Original> siblings;
    for (const auto& [file, digest] : lock.siblings)
      siblings.push_back({bench_.corpus.sibling(case_, file), file, digest});
    auto copy = ImageCopy::make(bench_.work.root(), {bench_.corpus.image(case_), "", lock.image}, siblings);
    if (!copy) return tl::unexpected(copy.error());
    copy_.emplace(std::move(*copy));
    unaccounted_ = records_.size() - 1;
    return {};
  }

  Result<void> perform(const Operation& operation, Record& record) {
    if (!copy_)
      if (auto made = make_copy(); !made) return made;
    const Allowance allowance{bench_.limits, bench_.corpus.lock().at(case_.id).guest.length, case_.limits};
    const auto observation = observe(implementation_, operation, *copy_, allowance);
    take_process(observation, record);
    if (auto judged = judge_observation(operation, observation, record); !judged) return judged;
    std::error_code ignored;
    std::filesystem::remove_all(observation.output, ignored);
    if (!copy_->looks_untouched()) hold_to_account(copy_->changes());
    return {};
  }

  static void take_process(const Observation& observation, Record& record) {
    const auto& process = observation.process;
    if (process.ending == Ending::exited) record.exit = process.exit;
    if (process.signal != 0) record.signal = process.signal;
    record.duration_ms = static_cast<double>(process.duration.count()) / 1000;
    record.peak_memory = process.peak_memory;
    record.messages = first_line(process);
  }

  Result<void> judge_observation(const Operation& operation, const Observation& observation, Record& record) {
    Facts facts{observation.answer, observation.failure, {}, implementation_.claims(case_.features)};
    const bool gave_data = observation.answer == Answer::accept && !observation.failure;
    if (gave_data) {
      auto output = examine_output(bench_.corpus, case_, operation, observation.output);
      if (!output) return tl::unexpected(output.error());
      facts.matches = output->matches;
      record.first_diff = output->first_diff;
      if (output->exists) {
        record.observed_digest = output->digest.sha256;
        record.observed_length = output->digest.length;
      }
    }
    const auto verdict = judge(operation.expect, facts);
    record.status = verdict.status;
    record.choice = verdict.choice;
    record.detail = observation.detail;
    if (verdict.status == Status::wrong_reject) record.detail = fmt::format("answered {}", name(*observation.answer));
    if (verdict.status == Status::wrong_accept && !gave_data)
      record.detail = fmt::format("called it {}", name(*observation.answer));
    if (gave_data && badness(verdict.status) > 0) return explain(operation, observation, record);
    return {};
  }

  Result<void> explain(const Operation& operation, const Observation& observation, Record& record) {
    if (record.observed_length.value_or(0) == 0) {
      record.bytes = "none";
      record.detail = "accepted, and left no output";
      return {};
    }
    const bool refused = record.status == Status::wrong_accept;
    auto wrong =
        explain_output(bench_.corpus, case_, operation, observation.output, refused ? std::nullopt : record.first_diff);
    if (!wrong) return tl::unexpected(wrong.error());
    record.first_diff = wrong->first;
    record.bytes = wrong->provenance.what;
    record.detail = fmt::format("{}: {}: {}", wrong->place, wrong->provenance.what, wrong->provenance.detail);
    const Segment part = part_read(bench_.corpus, case_, operation);
    if (!refused && *record.observed_length != part.end - part.begin)
      record.detail =
          fmt::format("{} bytes instead of {}; {}", *record.observed_length, part.end - part.begin, record.detail);
    return {};
  }

  /// Every operation since the copy was last known to be whole may have changed it; the next one gets a new copy.
  void hold_to_account(const std::string& changes) {
    if (!changes.empty()) {
      for (std::size_t i = unaccounted_; i < records_.size(); ++i)
        if (records_[i].status != Status::not_run && records_[i].status != Status::harness_error)
          set(records_[i], Status::tampered, changes);
      copy_.reset();
    }
    unaccounted_ = records_.size();
  }

  const Bench& bench_;
  const Implementation& implementation_;
  const Case& case_;
  std::vector<Record> records_;
  std::optional<ImageCopy> copy_;
  std::size_t unaccounted_ = 0;
};

}  // namespace

std::vector<Record> try_case(const Bench& bench, const Implementation& implementation, const Case& of) {
  if (const auto& obstacle = bench.obstacle(of); !obstacle.empty()) return skip_case(implementation, of, obstacle);
  return Trial(bench, implementation, of).run();
}

std::vector<Record> skip_case(const Implementation& implementation, const Case& of, const std::string& reason) {
  std::vector<Record> records;
  for (const auto& operation : of.operations) {
    records.push_back(blank_record(of, operation, implementation.name));
    records.back().detail = reason;
  }
  return records;
}

}  // namespace conform
