#include "corpus/clause.hpp"

namespace conform {

std::string_view name(Level level) {
  switch (level) {
    case Level::must: return "must";
    case Level::should: return "should";
    case Level::may: return "may";
    case Level::unspecified: return "unspecified";
  }
  return "?";
}

Result<Level> level_named(std::string_view wanted) {
  for (Level level : {Level::must, Level::should, Level::may, Level::unspecified})
    if (name(level) == wanted) return level;
  return fail("no such level: {}", wanted);
}

Result<Clauses> Clauses::load(const std::filesystem::path& file) {
  const auto document = load_json(file);
  if (!document) return tl::unexpected(document.error());
  Clauses clauses;
  try {
    for (const auto& entry : document->at("clauses")) {
      const auto level = level_named(entry.at("level").get<std::string>());
      if (!level) return fail("{}: {}", file.string(), level.error().message);
      Clause clause{entry.at("slug"), *level, entry.at("sentence"), entry.value("section", ""),
                    entry.value("ground", "")};
      if (!clauses.index_.emplace(clause.slug, clauses.clauses_.size()).second)
        return fail("{}: clause {} is there twice", file.string(), clause.slug);
      clauses.clauses_.push_back(std::move(clause));
    }
  } catch (const Json::exception& error) {
    return fail("{}: {}", file.string(), error.what());
  }
  return clauses;
}

const Clause* Clauses::find(const std::string& slug) const {
  const auto found = index_.find(slug);
  return found == index_.end() ? nullptr : &clauses_[found->second];
}

}  // namespace conform
