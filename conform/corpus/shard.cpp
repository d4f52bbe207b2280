#include "corpus/shard.hpp"

#include <algorithm>
#include <charconv>

#include "base/digest.hpp"

namespace conform {
namespace {

constexpr unsigned count_max = 10000;

std::string hash(std::string_view text) {
  Sha256 sha;
  sha.update(std::as_bytes(std::span(text)));
  return sha.hex();
}

unsigned index_of(const Case& one, unsigned count) {
  constexpr std::size_t digits = 15;  // 60 bits
  const std::string key = hash(one.choice_group.empty() ? one.id : one.choice_group).substr(0, digits);
  return static_cast<unsigned>(std::stoull(key, nullptr, 16) % count) + 1;
}

bool parse_number(std::string_view text, unsigned& number) {
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && stop == text.data() + text.size();
}

}  // namespace

std::string Shard::text() const { return is_part() ? fmt::format("{}/{}", index, count) : std::string(); }

Result<Shard> parse_shard(const std::string& text) {
  if (text.empty()) return Shard{};
  const auto slash = text.find('/');
  Shard shard;
  if (slash == std::string::npos || !parse_number(std::string_view(text).substr(0, slash), shard.index) ||
      !parse_number(std::string_view(text).substr(slash + 1), shard.count) || shard.index < 1 ||
      shard.index > shard.count || shard.count > count_max)
    return fail("--shard {}: expected I/N, with I from 1 to N and N at most {}", text, count_max);
  return shard;
}

std::vector<const Case*> cases_of(const Shard& shard, const std::vector<const Case*>& cases) {
  if (!shard.is_part()) return cases;
  std::vector<const Case*> part;
  std::copy_if(cases.begin(), cases.end(), std::back_inserter(part),
               [&](const Case* one) { return index_of(*one, shard.count) == shard.index; });
  return part;
}

std::string selection_digest(const std::vector<const Case*>& cases) {
  std::string text;
  for (const Case* one : cases) text += fmt::format("{} {}\n", one->id, one->rev);
  return hash(text);
}

}  // namespace conform
