#include "results/record.hpp"

#include "implementation/implementation.hpp"

namespace conform {
namespace {

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json diff_to_json(const std::optional<FirstDiff>& diff) {
  if (!diff) return nullptr;
  return {{"offset", diff->offset}, {"expected", diff->expected}, {"got", diff->got}};
}

Json known_to_json(const std::optional<KnownNote>& known) {
  if (!known) return nullptr;
  return {{"status", name(known->listed)},
          {"found", name(known->found)},
          {"link", known->link},
          {"problem", or_null(known->problem)}};
}

template <class T>
std::optional<T> optional_at(const Json& line, const char* key) {
  const auto& value = line.at(key);
  return value.is_null() ? std::nullopt : std::optional<T>(value.get<T>());
}

std::string text_at(const Json& line, const char* key) { return optional_at<std::string>(line, key).value_or(""); }

Result<std::optional<KnownNote>> known_at(const Json& line) {
  const auto found = line.find("known");
  if (found == line.end() || found->is_null()) return std::nullopt;
  const auto listed = status_named(found->at("status").get<std::string>());
  const auto came_out = status_named(found->at("found").get<std::string>());
  if (!listed || !came_out) return fail("no such status: {}", found->dump());
  return KnownNote{*listed, *came_out, found->at("link"), text_at(*found, "problem")};
}

Result<Record> parse(const Json& line) {
  Record record;
  const auto op = op_named(line.at("op").get<std::string>());
  const auto level = level_named(line.at("level").get<std::string>());
  const auto status = status_named(line.at("status").get<std::string>());
  if (!op) return tl::unexpected(op.error());
  if (!level) return tl::unexpected(level.error());
  if (!status) return fail("no such status: {}", line.at("status").dump());
  record.op = *op;
  record.level = *level;
  record.status = *status;
  record.case_id = line.at("case");
  record.rev = line.at("rev");
  record.index = line.at("index");
  record.implementation = line.at("implementation");
  record.family = line.at("family");
  record.clauses = line.at("clauses").get<std::vector<std::string>>();
  record.choice_group = text_at(line, "choice_group");
  record.expect = line.at("expect");
  record.offered = line.value("offered", true);
  record.claimed = line.value("claimed", true);
  record.choice = text_at(line, "choice");
  record.answer = text_at(line, "answer");
  record.exit = optional_at<int>(line, "exit");
  record.signal = optional_at<int>(line, "signal");
  record.duration_ms = line.at("duration_ms");
  record.peak_memory = line.at("peak_memory");
  if (const auto& diff = line.at("first_diff"); !diff.is_null())
    record.first_diff = FirstDiff{diff.at("offset"), diff.at("expected"), diff.at("got")};
  record.observed_digest = text_at(line, "observed_digest");
  record.observed_length = optional_at<std::uint64_t>(line, "observed_length");
  record.bytes = text_at(line, "bytes");
  record.detail = text_at(line, "detail");
  record.properties = line.at("properties");
  record.messages = text_at(line, "messages");
  auto known = known_at(line);
  if (!known) return tl::unexpected(known.error());
  record.known = std::move(*known);
  record.lock_mismatch = line.at("lock_mismatch");
  return record;
}

}  // namespace

Json to_json(const Record& record) {
  return {{"type", "operation"},
          {"case", record.case_id},
          {"rev", record.rev},
          {"op", name(record.op)},
          {"index", record.index},
          {"implementation", record.implementation},
          {"level", name(record.level)},
          {"family", record.family},
          {"clauses", record.clauses},
          {"choice_group", or_null(record.choice_group)},
          {"expect", record.expect},
          {"offered", record.offered},
          {"claimed", record.claimed},
          {"status", name(record.status)},
          {"choice", or_null(record.choice)},
          {"answer", or_null(record.answer)},
          {"exit", or_null(record.exit)},
          {"signal", or_null(record.signal)},
          {"duration_ms", record.duration_ms},
          {"peak_memory", record.peak_memory},
          {"first_diff", diff_to_json(record.first_diff)},
          {"observed_digest", or_null(record.observed_digest)},
          {"observed_length", or_null(record.observed_length)},
          {"bytes", or_null(record.bytes)},
          {"detail", or_null(record.detail)},
          {"properties", record.properties},
          {"messages", or_null(record.messages)},
          {"known", known_to_json(record.known)},
          {"lock_mismatch", record.lock_mismatch}};
}

Result<Record> record_from_json(const Json& line) {
  try {
    return parse(line);
  } catch (const Json::exception& error) {
    return fail("{}", error.what());
  }
}

Record blank_record(const Case& tested, const Operation& operation, const Implementation& implementation) {
  Record record;
  record.case_id = tested.id;
  record.rev = tested.rev;
  record.op = operation.op;
  record.index = operation.index;
  record.implementation = implementation.name;
  record.level = tested.level;
  record.family = tested.family;
  record.clauses = tested.clauses;
  record.choice_group = tested.choice_group;
  record.expect = operation.expect.text;
  record.offered = implementation.offers(operation);
  record.claimed = implementation.claims(tested.features);
  return record;
}

}  // namespace conform
