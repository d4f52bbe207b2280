#include "results/known.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <tuple>

#include "base/digest.hpp"

namespace conform {
namespace {

Result<KnownFailure> parse_known(const Json& text) {
  const auto op = op_named(text.at("operation").get<std::string>());
  const auto status = status_named(text.at("status").get<std::string>());
  if (!op) return tl::unexpected(op.error());
  if (!status) return fail("no such status: {}", text.at("status").dump());
  KnownFailure entry;
  entry.case_id = text.at("case");
  entry.op = *op;
  if (text.contains("index")) entry.index = text["index"].get<std::size_t>();
  entry.implementation = text.value("implementation", "");
  entry.status = *status;
  entry.link = text.at("link");
  entry.expires = text.value("expires", "");
  entry.comment = text.value("comment", "");
  return entry;
}

int closeness(const KnownFailure& entry) { return (entry.implementation.empty() ? 0 : 2) + (entry.index ? 1 : 0); }

/// It did not run, so it says nothing about the list.
bool says_nothing(const Record& record) { return !was_executed(record.status); }

}  // namespace

bool KnownFailure::is_about(const Record& record) const {
  return record.case_id == case_id && record.op == op && (!index || *index == record.index) &&
         (implementation.empty() || implementation == record.implementation);
}

std::string KnownFailure::text() const {
  return fmt::format("{}, {}{}{}: {}", case_id, name(op), index ? fmt::format(" {}", *index) : "",
                     implementation.empty() ? "" : ", " + implementation, name(status));
}

Result<KnownFailures> KnownFailures::load(const std::filesystem::path& file, const JsonSchema& schema,
                                          std::string today) {
  const auto document = load_json(file);
  if (!document) return tl::unexpected(document.error());
  if (const auto valid = schema.validate(*document); !valid)
    return fail("{}: {}", file.string(), valid.error().message);
  std::vector<KnownFailure> entries;
  for (const auto& text : document->at("known")) {
    auto entry = parse_known(text);
    if (!entry) return fail("{}: {}", file.string(), entry.error().message);
    entries.push_back(std::move(*entry));
  }
  auto made = make(std::move(entries), std::move(today));
  if (!made) return fail("{}: {}", file.string(), made.error().message);
  made->comment_ = document->value("comment", "");
  return made;
}

Result<KnownFailures> KnownFailures::make(std::vector<KnownFailure> entries, std::string today) {
  std::set<std::tuple<std::string, Op, std::optional<std::size_t>, std::string>> seen;
  for (const auto& entry : entries)
    if (!seen.emplace(entry.case_id, entry.op, entry.index, entry.implementation).second)
      return fail("{} is listed twice", entry.text());
  KnownFailures made;
  made.entries_ = std::move(entries);
  made.today_ = std::move(today);
  return made;
}

std::string KnownFailures::digest() const {
  std::string text;
  for (const auto& entry : entries_) text += fmt::format("{}, {}, {}\n", entry.text(), entry.link, entry.expires);
  Sha256 sha;
  sha.update(std::as_bytes(std::span(text)));
  return sha.hex();
}

const KnownFailure* KnownFailures::find(const Record& record) const {
  const KnownFailure* closest = nullptr;
  for (const auto& entry : entries_)
    if (entry.is_about(record) && (!closest || closeness(entry) > closeness(*closest))) closest = &entry;
  return closest;
}

bool KnownFailures::is_over(const KnownFailure& entry) const {
  return !entry.expires.empty() && entry.expires < today_;
}

void KnownFailures::apply(Record& record) const {
  const KnownFailure* entry = find(record);
  if (!entry || says_nothing(record)) return;
  record.known = KnownNote{entry->status, record.status, entry->link, {}};
  const bool expired = is_over(*entry);
  if (expired)
    record.known->problem = fmt::format("listed as {} until {}", name(entry->status), entry->expires);
  else if (record.status != entry->status)
    record.known->problem = fmt::format("listed as {}, but the status is {}", name(entry->status), name(record.status));
  if (record.status == Status::pass)
    record.status = Status::unexpected_pass;
  else if (record.status == entry->status && !expired)
    record.status = Status::known_fail;
}

std::vector<std::string> KnownFailures::unseen(const std::vector<Record>& selected) const {
  std::set<const KnownFailure*> seen;
  for (const auto& record : selected) seen.insert(find(record));
  std::vector<std::string> complaints;
  for (const auto& entry : entries_)
    if (!seen.contains(&entry)) complaints.push_back(entry.text() + ": listed, but not selected in this run");
  return complaints;
}

std::string today() {
  const auto days = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  const std::chrono::year_month_day date(days);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

}  // namespace conform
