#include "results/merge.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace conform {
namespace {

Result<void> alike(const Header& first, const Header& other) {
  if (first.suite != other.suite) return fail("one is of {}, another of {}", first.suite, other.suite);
  if (first.corpus_digest != other.corpus_digest)
    return fail("one is of corpus {}, another of corpus {}", first.corpus_digest.substr(0, 12),
                other.corpus_digest.substr(0, 12));
  if (first.selection != other.selection) return fail("they are about different selections of cases");
  return {};
}

template <class T>
void unite(std::vector<T>& united, const std::vector<T>& more) {
  for (const auto& one : more)
    if (std::find(united.begin(), united.end(), one) == united.end()) united.push_back(one);
}

/// One implementation, from the parts that it is in.
Result<void> join(ImplementationInfo& united, const ImplementationInfo& other) {
  if (united.version != other.version || united.features != other.features)
    return fail("{} is {} in one and {} in another", united.name, united.version, other.version);
  if (united.absent.empty()) united.absent = other.absent;
  if (united.canary.empty()) united.canary = other.canary;
  if (united.stopped.empty()) united.stopped = other.stopped;
  unite(united.remarks, other.remarks);
  return {};
}

/// What each implementation is made of: whole runs, or shards.
class Puzzle {
 public:
  Result<void> add(const ImplementationInfo& info, const Shard& shard) {
    const auto [found, is_new] = counts_.emplace(info.name, shard.count);
    if (found->second != shard.count)
      return fail("{} is cut into {} shards in one and {} in another", info.name, found->second, shard.count);
    if (!seen_[info.name].insert(shard.index).second)
      return fail("{}{} is there twice", shard.is_part() ? "shard " + shard.text() + " of " : "", info.name);
    return {};
  }

  Result<void> whole() const {
    for (const auto& [name, count] : counts_)
      for (unsigned index = 1; index <= count; ++index)
        if (!seen_.at(name).contains(index)) return fail("shard {}/{} of {} is missing", index, count, name);
    return {};
  }

 private:
  std::map<std::string, unsigned> counts_;
  std::map<std::string, std::set<unsigned>> seen_;
};

Result<void> add_implementations(Header& united, const Header& more) {
  for (const auto& info : more.implementations) {
    const auto known = std::find_if(united.implementations.begin(), united.implementations.end(),
                                    [&](const ImplementationInfo& one) { return one.name == info.name; });
    if (known == united.implementations.end())
      united.implementations.push_back(info);
    else if (auto joined = join(*known, info); !joined)
      return joined;
  }
  return {};
}

/// What held in all of them.
void keep_common(std::vector<std::string>& united, const std::vector<std::string>& other) {
  std::erase_if(united, [&](const auto& one) { return std::find(other.begin(), other.end(), one) == other.end(); });
}

}  // namespace

Result<Results> merge(std::vector<Results> parts) {
  if (parts.empty()) return fail("there is nothing to merge");
  Results whole{parts[0].header, {}, {}};
  whole.header.implementations.clear();
  whole.header.shard = {};
  Puzzle puzzle;
  std::set<std::tuple<std::string, std::string, std::size_t>> seen;
  for (auto& part : parts) {
    if (auto same = alike(whole.header, part.header); !same) return tl::unexpected(same.error());
    for (const auto& info : part.header.implementations)
      if (auto added = puzzle.add(info, part.header.shard); !added) return tl::unexpected(added.error());
    if (auto added = add_implementations(whole.header, part.header); !added) return tl::unexpected(added.error());
    keep_common(whole.header.confinement, part.header.confinement);
    unite(whole.header.unconfined, part.header.unconfined);
    unite(whole.known_errors, part.known_errors);
    for (auto& record : part.records) {
      if (!seen.emplace(record.implementation, record.case_id, record.index).second)
        return fail("{} {} of {} is there twice", record.case_id, record.index, record.implementation);
      whole.records.push_back(std::move(record));
    }
  }
  if (auto complete = puzzle.whole(); !complete) return tl::unexpected(complete.error());
  return whole;
}

}  // namespace conform
