#include "results/summary.hpp"

#include <algorithm>

namespace conform {
namespace {

Json to_json(const Score& score) {
  return {{"well", score.well()},
          {"asked", score.asked()},
          {"not_offered", score.not_offered()},
          {"unsupported", score.unsupported()},
          {"not_run", score.not_run()},
          {"text", score.text()}};
}

Json to_json(const ImplementationSummary& summary) {
  Json families = Json::object();
  for (const auto& [family, tally] : summary.families)
    families[family] = {{"selected", tally.selected}, {"counts", to_json(tally.counts)}};
  return {{"name", summary.info.name},
          {"version", summary.info.version},
          {"absent", summary.info.absent},
          {"canary", summary.info.canary},
          {"remarks", summary.info.remarks},
          {"selected", summary.all.selected},
          {"counts", to_json(summary.all.counts)},
          {"must",
           {{"selected", summary.must.selected},
            {"pass", summary.must.count(Status::pass)},
            {"not_run", summary.must.count(Status::not_run)},
            {"counts", to_json(summary.must.counts)},
            {"score", to_json(summary.score)}}},
          {"families", families}};
}

bool any(const Results& results, bool (*is)(const Record&)) {
  return std::any_of(results.records.begin(), results.records.end(), is);
}

}  // namespace

void Tally::add(const Record& record) {
  ++counts[record.status];
  ++selected;
  if (!record.offered) ++not_offered;
}

std::size_t Tally::well() const { return count(Status::pass) + count(Status::choice) + count(Status::observed); }

std::size_t Tally::executed() const {
  std::size_t number = 0;
  for (const auto& [status, times] : counts)
    if (was_executed(status)) number += times;
  return number;
}

int Tally::worst() const {
  int worst = 0;
  for (const auto& [status, times] : counts)
    if (times > (status == Status::not_run ? not_offered : 0)) worst = std::max(worst, badness(status));
  return worst;
}

std::vector<ImplementationSummary> summarise(const Results& results) {
  std::vector<ImplementationSummary> summaries;
  for (const auto& info : results.header.implementations) {
    ImplementationSummary summary{.info = info, .all = {}, .must = {}, .families = {}};
    for (const auto& record : results.records) {
      if (record.implementation != info.name) continue;
      summary.all.add(record);
      summary.families[record.family].add(record);
      if (record.level != Level::must) continue;
      summary.must.add(record);
      summary.score.add(record);
    }
    summaries.push_back(std::move(summary));
  }
  return summaries;
}

Json summary_json(const Results& results) {
  Json implementations = Json::array();
  for (const auto& summary : summarise(results)) implementations.push_back(to_json(summary));
  return {{"schema", 1},
          {"suite", results.header.suite},
          {"corpus_digest", results.header.corpus_digest},
          {"confinement", results.header.confinement},
          {"unconfined", results.header.unconfined},
          {"exit_status", exit_status(results)},
          {"known_errors", out_of_step(results)},
          {"implementations", implementations}};
}

std::vector<std::string> out_of_step(const Results& results) {
  std::vector<std::string> lines;
  for (const auto& record : results.records)
    if (record.known && !record.known->problem.empty())
      lines.push_back(fmt::format("{}, {} {}, {}: {} ({})", record.case_id, name(record.op), record.index,
                                  record.implementation, record.known->problem, record.known->link));
  lines.insert(lines.end(), results.known_errors.begin(), results.known_errors.end());
  return lines;
}

int exit_status(const Results& results) {
  if (any(results, [](const Record& record) { return record.lock_mismatch; })) return 5;
  const auto& who = results.header.implementations;
  if (std::any_of(who.begin(), who.end(), [](const ImplementationInfo& info) { return !info.canary.empty(); }) ||
      any(results, [](const Record& record) { return record.status == Status::harness_error; }))
    return 4;
  if (any(results,
          [](const Record& record) { return record.level == Level::must && is_nonconformance(record.status); }))
    return 1;
  if (!out_of_step(results).empty() ||
      any(results, [](const Record& record) { return record.status == Status::unexpected_pass; }))
    return 6;
  if (!any(results, [](const Record& record) { return was_executed(record.status); })) return 3;
  return 0;
}

}  // namespace conform
