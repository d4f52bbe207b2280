#include "corpus/lock.hpp"

namespace conform {
namespace {

Digest parse_digest(const Json& text) {
  return {text.at("length").get<std::uint64_t>(), text.at("sha256").get<std::string>()};
}

std::map<std::string, Digest> parse_digests(const Json& entry, const char* key) {
  std::map<std::string, Digest> digests;
  if (entry.contains(key))
    for (const auto& [name, text] : entry[key].items()) digests.emplace(name, parse_digest(text));
  return digests;
}

LockEntry parse_lock_entry(const Json& text) {
  LockEntry entry{
      .image = parse_digest(text.at("image")),
      .siblings = parse_digests(text, "siblings"),
      .guest = parse_digest(text.at("guest")),
      .refused = {},
      .alternatives = parse_digests(text, "alternatives"),
      .after = parse_digests(text, "after"),
      .snapshots = parse_digests(text, "snapshots"),
  };
  if (text["guest"].contains("refused"))
    for (const auto& part : text["guest"]["refused"]) {
      const auto offset = part.at(0).get<std::uint64_t>();
      entry.refused.push_back({offset, offset + part.at(1).get<std::uint64_t>()});
    }
  return entry;
}

}  // namespace

Result<Lock> load_lock(const std::filesystem::path& file) {
  const auto document = load_json(file);
  if (!document) return tl::unexpected(document.error());
  try {
    if (document->at("schema") != 1)
      return fail("{}: schema {} is unknown", file.string(), document->at("schema").dump());
    Lock lock;
    for (const auto& [id, text] : document->at("cases").items()) lock.emplace(id, parse_lock_entry(text));
    return lock;
  } catch (const Json::exception& error) {
    return fail("{}: {}", file.string(), error.what());
  }
}

}  // namespace conform
