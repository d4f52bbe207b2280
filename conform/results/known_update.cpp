#include "results/known_update.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace conform {
namespace {

/// What came out before the list was applied.
Status found(const Record& record) { return record.known ? record.known->found : record.status; }

bool failed(const Record& record) { return is_nonconformance(found(record)); }

KnownFailure entry_for(const Record& record, const KnownFailure& like) {
  KnownFailure entry = like;
  entry.case_id = record.case_id;
  entry.op = record.op;
  entry.index = record.index;
  entry.implementation = record.implementation;
  entry.status = found(record);
  return entry;
}

auto order(const KnownFailure& entry) { return std::tie(entry.case_id, entry.op, entry.index, entry.implementation); }

/// What becomes of an entry that is about these records.
std::vector<KnownFailure> renewed(const KnownFailure& entry, const std::vector<const Record*>& records) {
  std::set<Status> outcomes;
  for (const Record* record : records)
    if (was_executed(found(*record))) outcomes.insert(found(*record));
  if (outcomes.empty()) return records.empty() ? std::vector<KnownFailure>{} : std::vector{entry};
  if (outcomes.size() == 1) {
    KnownFailure same = entry;
    same.status = *outcomes.begin();
    return is_nonconformance(same.status) ? std::vector{same} : std::vector<KnownFailure>{};
  }
  std::vector<KnownFailure> each;
  for (const Record* record : records)
    if (failed(*record)) each.push_back(entry_for(*record, entry));
  return each;
}

void tell(KnownUpdate& update, const KnownFailure& former, const std::vector<KnownFailure>& renewed_entries) {
  if (renewed_entries.empty()) update.removed.push_back(former.text());
  for (const auto& entry : renewed_entries)
    if (entry.text() != former.text()) update.changed.push_back(former.text() + " is now " + entry.text());
}

}  // namespace

Result<KnownUpdate> update_known(const KnownFailures& known, const Results& results, const std::string& link) {
  KnownUpdate update;
  KnownFailure unlisted;
  unlisted.link = link;
  std::map<const KnownFailure*, std::vector<const Record*>> records;
  for (const auto& record : results.records) {
    const KnownFailure* entry = known.find(record);
    if (entry) {
      records[entry].push_back(&record);
    } else if (failed(record)) {
      update.entries.push_back(entry_for(record, unlisted));
      update.added.push_back(update.entries.back().text());
    }
  }
  if (link.empty() && !update.added.empty())
    return fail("{} failures are not listed, the first is {}; give --link URL, the page that describes them",
                update.added.size(), update.added.front());
  for (const auto& entry : known.entries()) {
    const auto renewed_entries = renewed(entry, records[&entry]);
    tell(update, entry, renewed_entries);
    update.entries.insert(update.entries.end(), renewed_entries.begin(), renewed_entries.end());
  }
  std::sort(update.entries.begin(), update.entries.end(),
            [](const KnownFailure& a, const KnownFailure& b) { return order(a) < order(b); });
  return update;
}

std::string known_text(const std::vector<KnownFailure>& entries, const std::string& comment) {
  using Ordered = nlohmann::ordered_json;
  Ordered document{{"schema", 1}};
  if (!comment.empty()) document["comment"] = comment;
  document["known"] = Ordered::array();
  for (const auto& entry : entries) {
    Ordered text{{"case", entry.case_id}, {"operation", name(entry.op)}};
    if (entry.index) text["index"] = *entry.index;
    if (!entry.implementation.empty()) text["implementation"] = entry.implementation;
    text["status"] = name(entry.status);
    text["link"] = entry.link;
    if (!entry.expires.empty()) text["expires"] = entry.expires;
    if (!entry.comment.empty()) text["comment"] = entry.comment;
    document["known"].push_back(std::move(text));
  }
  return document.dump(2) + "\n";
}

}  // namespace conform
