#include "trial/trial.hpp"

#include <optional>

#include "trial/observation.hpp"
#include "verdict/given_data.hpp"
#include "verdict/verdict.hpp"
#include "verdict/written/judge_image.hpp"

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
    settle();
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

  /// Of the image; for a writer, of the raw disk alone.
  Result<void> make_copy(Op op) {
    auto copy = op == Op::write ? copy_of_disk() : copy_of_image();
    if (!copy) return tl::unexpected(copy.error());
    copy_.emplace(std::move(*copy));
    unaccounted_ = records_.size() - 1;
    return {};
  }

  Result<ImageCopy> copy_of_disk() const {
    const auto digest = bench_.spent.on(Work::hashing, [&] { return image_digest(bench_.corpus.guest(case_)); });
    if (!digest) return tl::unexpected(digest.error());
    return copy_files({bench_.corpus.guest(case_), random_name() + ".raw", *digest}, {});
  }

  Result<ImageCopy> copy_of_image() const {
    const LockEntry& lock = bench_.corpus.lock().at(case_.id);
    std::vector<Original> siblings;
    for (const auto& [file, digest] : lock.siblings)
      siblings.push_back({bench_.corpus.sibling(case_, file), file, digest});
    return copy_files({bench_.corpus.image(case_), "", lock.image}, siblings);
  }

  Result<ImageCopy> copy_files(const Original& image, const std::vector<Original>& siblings) const {
    return bench_.spent.on(Work::copying, [&] { return ImageCopy::make(bench_.work.root(), image, siblings); });
  }

  static bool leaves_image(Op op) { return op == Op::write || op == Op::modify; }

  /// The length that the operation's output should have, or more.
  std::uint64_t output_length(Op op) const {
    const LockEntry& lock = bench_.corpus.lock().at(case_.id);
    std::uint64_t length = lock.guest.length;
    if (op == Op::write) length *= 2;  // with tables and refcounts
    if (op == Op::modify) length = lock.image.length + 2 * length;
    return length;
  }

  Result<void> perform(const Operation& operation, Record& record) {
    if (leaves_image(operation.op)) settle();  // such an operation has its copy to itself
    if (!copy_)
      if (auto made = make_copy(operation.op); !made) return made;
    const Allowance allowance{bench_.limits, output_length(operation.op), case_.limits};
    const auto observation = observe(implementation_, operation, *copy_, allowance);
    take_process(observation, record);
    if (auto judged = bench_.spent.on(Work::judging, [&] { return judge_observation(operation, observation, record); });
        !judged)
      return judged;
    if (leaves_image(operation.op)) {
      hold_to_account(operation.op == Op::modify ? &ImageCopy::sibling_changes : &ImageCopy::changes);
      drop_copy();
      return {};
    }
    bench_.spent.on(Work::copying, [&] {
      std::error_code ignored;
      return std::filesystem::remove_all(observation.output, ignored);
    });
    if (!copy_->looks_untouched()) hold_to_account(&ImageCopy::changes);
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
    Facts facts{observation.answer,
                observation.failure,
                {},
                implementation_.claims(case_.features),
                leaves_image(operation.op)};
    const bool gave_data = observation.answer == Answer::accept && !observation.failure;
    record.answer = observation.failure ? name(*observation.failure) : name(*observation.answer);
    if (gave_data && leaves_image(operation.op)) return judge_left_image(operation, observation, record);
    if (gave_data) {
      auto output = examine_output(bench_.corpus, case_, operation, observation.output);
      if (!output) return tl::unexpected(output.error());
      facts.matches = output->matches;
      if (!output->matches.contains("")) record.answer = "other-bytes";
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

  Result<void> judge_left_image(const Operation& operation, const Observation& observation, Record& record) {
    auto judged = judge_image(bench_, implementation_, case_, operation, observation.output);
    if (!judged) return tl::unexpected(judged.error());
    Facts facts{observation.answer, {}, {}, implementation_.claims(case_.features)};
    if (judged->faults.empty()) facts.matches.insert("");
    const auto verdict = judge(operation.expect, facts);
    record.status = verdict.status;
    record.choice = verdict.choice;
    if (verdict.status == Status::pass && !judged->untried.empty()) record.status = Status::unsupported;
    record.answer = judged->answer;
    record.properties = std::move(judged->properties);
    record.first_diff = judged->first_diff;
    record.bytes = judged->bytes;
    record.observed_length = judged->disk_length;
    auto& told = judged->faults;
    for (const auto& more : {judged->untried, judged->remark})
      if (!more.empty()) told.push_back(more);
    record.detail = fmt::format("{}", fmt::join(told, "; "));
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

  void settle() {
    if (!copy_) return;
    hold_to_account(&ImageCopy::changes);
    drop_copy();
  }

  void drop_copy() {
    bench_.spent.on(Work::copying, [&] { copy_.reset(); });
  }

  /// Every operation since the copy was last known to be whole may have changed it; the next one gets a new copy.
  void hold_to_account(std::string (ImageCopy::*look)() const) {
    const auto changes = bench_.spent.on(Work::hashing, [&] { return ((*copy_).*look)(); });
    if (!changes.empty()) {
      for (std::size_t i = unaccounted_; i < records_.size(); ++i)
        if (records_[i].status != Status::not_run && records_[i].status != Status::harness_error)
          set(records_[i], Status::tampered, changes);
      drop_copy();
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
