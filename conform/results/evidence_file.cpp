#include "results/evidence_file.hpp"

#include <fmt/ranges.h>

#include <vector>

namespace conform {
namespace {

// The form of cases/README.md: two blanks an indent, and on one line what fits into 100 columns there.
constexpr std::size_t columns = 100;
constexpr std::size_t indent_step = 2;
constexpr const char* end_of_file = "\n}\n";
constexpr const char* evidence_begins = ",\n  \"evidence\": ";

std::string on_one_line(const OrderedJson& value) {
  if (!value.is_structured()) return value.dump(-1, ' ', true);
  std::vector<std::string> parts;
  if (value.is_object())
    for (const auto& [key, item] : value.items()) parts.push_back(OrderedJson(key).dump() + ": " + on_one_line(item));
  else
    for (const auto& item : value) parts.push_back(on_one_line(item));
  const std::string inside = fmt::format("{}", fmt::join(parts, ", "));
  return value.is_object() ? "{" + inside + "}" : "[" + inside + "]";
}

/// `before` and `after`: the columns that a key and a comma take on the line.
std::string formatted(const OrderedJson& value, std::size_t indent, std::size_t columns_before,
                      std::size_t columns_after) {
  const std::string line = on_one_line(value);
  if (!value.is_structured() || value.empty() || indent + columns_before + line.size() + columns_after <= columns)
    return line;
  const std::size_t inner = indent + indent_step;
  std::string text(1, value.is_object() ? '{' : '[');
  std::size_t left = value.size();
  for (const auto& [name, item] : value.items()) {
    const std::string key = value.is_object() ? OrderedJson(name).dump() + ": " : std::string();
    const std::string comma = --left > 0 ? "," : "";
    text += "\n" + std::string(inner, ' ') + key + formatted(item, inner, key.size(), comma.size()) + comma;
  }
  return text + "\n" + std::string(indent, ' ') + (value.is_object() ? "}" : "]");
}

}  // namespace

Result<OrderedJson> evidence_in(const std::string& text) {
  const auto document = OrderedJson::parse(text, nullptr, false);
  if (!document.is_object()) return fail("not a JSON object");
  return document.contains("evidence") ? document["evidence"] : OrderedJson();
}

Result<std::string> with_evidence(const std::string& text, const OrderedJson& evidence) {
  const auto recorded = evidence_in(text);
  if (!recorded) return tl::unexpected(recorded.error());
  if (!text.ends_with(end_of_file)) return fail("not in canonical form: python3 -m generators format");
  std::string head = text.substr(0, text.size() - std::string_view(end_of_file).size());
  if (!recorded->is_null()) {
    const auto begin = head.rfind(evidence_begins);
    const std::string member = "evidence\": " + formatted(*recorded, indent_step, 12, 0);
    if (begin == std::string::npos || head.substr(begin + 5) != member)
      return fail("its evidence is not in canonical form, or not at its end: python3 -m generators format");
    head.resize(begin);
  }
  if (evidence.empty()) return head + end_of_file;
  constexpr std::size_t key_columns = std::string_view("\"evidence\": ").size();
  return head + evidence_begins + formatted(evidence, indent_step, key_columns, 0) + end_of_file;
}

}  // namespace conform
