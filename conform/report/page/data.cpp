#include "report/page/data.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/shell.hpp"
#include "report/failure/again.hpp"
#include "report/failure/diagnosis.hpp"
#include "report/failure/wording.hpp"
#include "report/page/views.hpp"
#include "results/program_versions.hpp"
#include "results/summary.hpp"

namespace conform::report {
namespace {

Data statuses_data() {
  Data data = Data::array();
  for (Status status : statuses) data.push_back({name(status), badness(status), meaning(status)});
  return data;
}

Data implementation_data(const ImplementationSummary& summary, const Header& header) {
  const auto& info = summary.info;
  Data counts = Data::object();
  for (const auto& [status, number] : summary.all.counts)
    if (number > 0) counts[std::string(name(status))] = number;
  return {{"name", info.name},
          {"program", info.program},
          {"label", version_label(info)},
          {"version", info.version},
          {"absent", info.absent},
          {"canary", info.canary},
          {"features", info.features},
          {"remarks", info.remarks},
          {"commands", info.commands},
          {"arguments", shell_line(info.arguments)},
          {"again", again_command(header, info, "{case}")},
          {"counts", counts},
          {"selected", summary.all.selected},
          {"must", {summary.score.fraction(), summary.score.beside()}}};
}

Data operation_data(const Operation& operation) {
  Data data{{"op", name(operation.op)}, {"verdict", operation.expect.text.value("verdict", "")}};
  if (operation.op == Op::read_range) data["range"] = {hex(operation.offset), operation.length};
  if (operation.expect.text.contains("stage")) data["stage"] = operation.expect.text["stage"];
  if (operation.expect.text.contains("choices"))
    for (const auto& [choice, text] : operation.expect.text["choices"].items()) data["choices"].push_back(choice);
  return data;
}

class Builder {
 public:
  explicit Builder(const Sources& sources) : sources_(sources), views_(sources) {
    for (const auto& clause : sources.corpus.clauses().all())
      clause_places_.emplace(clause.slug, clause_places_.size());
    for (Status status : statuses) status_places_.emplace(status, status_places_.size());
  }

  Data build() {
    const Header& header = sources_.results.header;
    Data data{{"suite", header.suite},
              {"corpus", header.corpus_digest},
              {"argv", shell_line(header.argv)},
              {"confinement", header.confinement},
              {"program", shell_line({header.argv.at(0)})},
              {"base_url", sources_.base_url},
              {"statuses", statuses_data()},
              {"implementations", Data::array()},
              {"clauses", Data::array()},
              {"cases", Data::array()},
              {"results", Data::array()}};
    for (const auto& summary : summarise(sources_.results)) {
      implementation_places_.emplace(summary.info.name, implementation_places_.size());
      data["implementations"].push_back(implementation_data(summary, header));
      add_lead(summary.info.name, data["implementations"].back());
    }
    for (const auto& clause : sources_.corpus.clauses().all())
      data["clauses"].push_back({{"slug", clause.slug},
                                 {"level", name(clause.level)},
                                 {"sentence", clause.sentence},
                                 {"section", clause.section},
                                 {"ground", clause.ground}});
    add_cases(data);
    add_views(data);
    return data;
  }

 private:
  void add_lead(const std::string& implementation, Data& data) const {
    const auto found = diagnose(sources_.results, implementation, sources_.corpus, sources_.mistakes);
    if (const auto& first = found.first)
      data["begin"] = {{"case", first->one->id},
                       {"clause", first->slug},
                       {"operation", first->one->records[0]->index},
                       {"explains", first->explains},
                       {"others", first->others}};
    for (const auto& likeness : found.likenesses)
      data["looks_like"].push_back({{"words", likeness_words(likeness)}, {"cases", likeness.cases}});
  }

  void add_cases(Data& data) {
    std::map<std::string, std::vector<const Record*>> by_case;
    for (const auto& record : sources_.results.records) by_case[record.case_id].push_back(&record);
    for (const auto& one : sources_.corpus.cases()) {
      const auto found = by_case.find(one.id);
      if (found == by_case.end()) continue;
      for (const Record* record : found->second)
        data["results"].push_back(record_data(one, *record, data["cases"].size()));
      data["cases"].push_back(case_data(one));
    }
  }

  /// Behind the results, which say what there is to be seen.
  void add_views(Data& data) {
    views_.trace();
    for (auto& one : data["cases"]) one["views"] = views_.views_of(*sources_.corpus.find(one["id"].get<std::string>()));
  }

  Data case_data(const Case& one) {
    Data data{
        {"id", one.id},         {"family", one.family}, {"rev", one.rev},           {"level", name(one.level)},
        {"title", one.title},   {"why", one.why},       {"leak", one.leak},         {"clauses", Data::array()},
        {"twin", one.baseline}, {"delta", one.delta},   {"features", one.features}, {"operations", Data::array()}};
    for (const auto& slug : one.clauses)
      if (const auto place = clause_places_.find(slug); place != clause_places_.end())
        data["clauses"].push_back(place->second);
    for (const auto& operation : one.operations) data["operations"].push_back(operation_data(operation));
    return data;
  }

  Data record_data(const Case& one, const Record& record, std::size_t case_place) {
    Data data{case_place, record.index, implementation_places_.at(record.implementation),
              status_places_.at(record.status), std::round(record.duration_ms * 10) / 10};
    if (record.status != Status::pass) data.push_back(facts(one, record));
    return data;
  }

  Data facts(const Case& one, const Record& record) {
    Data data{{"end", ending_words(record)}, {"memory", record.peak_memory >> 10}};
    const auto add = [&](const char* key, const std::string& value) {
      if (!value.empty()) data[key] = value;
    };
    add("choice", record.choice);
    add("bytes", record.bytes);
    add("detail", record.detail);
    add("said", record.messages);
    if (record.properties.is_object()) data["properties"] = record.properties;
    if (record.observed_length) data["length"] = hex(*record.observed_length);
    if (record.first_diff) {
      data["diff"] = {hex(record.first_diff->offset), record.first_diff->expected, record.first_diff->got};
      if (record.status == Status::wrong_data) data["before"] = bytes_before(one, record);
    }
    if (const auto view = views_.view_of(one, record); view > 0) data["view"] = view;
    return data;
  }

  /// Up to 16 bytes that were read before the first that differs: they were right.
  std::string bytes_before(const Case& one, const Record& record) const {
    const std::uint64_t offset = record.first_diff->offset;
    const std::uint64_t begin = record.index < one.operations.size() ? one.operations[record.index].offset : 0;
    const auto guest = OpenFile::open(sources_.corpus.guest(one));
    std::vector<std::byte> bytes(offset > begin ? std::min<std::uint64_t>(offset - begin, 16) : 0);
    std::string text;
    if (!guest || !guest->read_at(offset - bytes.size(), bytes)) return text;
    for (std::byte byte : bytes) text += fmt::format("{:02x}", std::to_integer<unsigned>(byte));
    return text;
  }

  const Sources& sources_;
  Views views_;
  std::map<std::string, std::size_t> clause_places_, implementation_places_;
  std::map<Status, std::size_t> status_places_;
};

}  // namespace

Data report_data(const Sources& sources) { return Builder(sources).build(); }

}  // namespace conform::report
