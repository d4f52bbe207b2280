#include "base/json_file.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <iterator>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "base/printable.hpp"

namespace conform {

Result<Json> load_json(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return fail("{}: {}", file.string(), std::strerror(errno));
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (stream.bad()) return fail("{}: cannot be read", file.string());
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    return fail("{}: {}", file.string(), error.what());
  }
}

Result<std::uint64_t> as_uint64(const Json& value) {
  if (value.is_number_unsigned()) return value.get<std::uint64_t>();
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    std::uint64_t number = 0;
    if (text.starts_with("0x")) {
      const char* end = text.data() + text.size();
      const auto [stop, error] = std::from_chars(text.data() + 2, end, number, 16);
      if (error == std::errc{} && stop == end) return number;
    }
  }
  return fail("{} is neither an unsigned number nor a hex string", value.dump());
}

namespace {

constexpr std::size_t matched_max = 1024;

/// The schema with a limit of length in the place of each pattern. valijson matches with std::regex, which recurses
/// with every character, so a document has to pass this first.
Json lengths_of(Json schema) {
  if (schema.is_object() && schema.contains("pattern") && schema["pattern"].is_string()) {
    schema.erase("pattern");
    schema["maxLength"] = std::min(schema.value("maxLength", matched_max), matched_max);
  }
  if (schema.is_structured())
    for (auto& part : schema) part = lengths_of(std::move(part));
  return schema;
}

/// The start of what valijson says: it repeats what the document has.
std::string said(const std::string& text) {
  constexpr std::size_t length_max = 300;
  return printable(std::string_view(text).substr(0, length_max));
}

Result<void> conforms(const Json& document, const valijson::Schema& schema) {
  valijson::Validator validator;
  valijson::ValidationResults found;
  if (validator.validate(schema, valijson::adapters::NlohmannJsonAdapter(document), &found)) return {};
  valijson::ValidationResults::Error first;
  if (!found.popError(first)) return fail("breaks its schema");
  std::string where;
  for (const auto& part : first.context) where += part == "<root>" ? std::string() : part;
  return fail("{}{}", where.empty() ? "" : said(where) + ": ", said(first.description));
}

}  // namespace

struct JsonSchema::Compiled {
  valijson::Schema lengths;
  valijson::Schema whole;
};

JsonSchema::JsonSchema(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}
JsonSchema::JsonSchema(JsonSchema&&) noexcept = default;
JsonSchema& JsonSchema::operator=(JsonSchema&&) noexcept = default;
JsonSchema::~JsonSchema() = default;

Result<JsonSchema> JsonSchema::load(const std::filesystem::path& file, const std::string& definition) {
  auto document = load_json(file);
  if (!document) return tl::unexpected(document.error());
  if (!definition.empty())
    document = Json{{"$ref", "#/definitions/" + definition}, {"definitions", (*document)["definitions"]}};
  auto compiled = std::make_unique<Compiled>();
  try {
    valijson::SchemaParser parser;
    parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(*document), compiled->whole);
    const Json lengths = lengths_of(*document);
    parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(lengths), compiled->lengths);
  } catch (const std::exception& error) {
    return fail("{}: not a usable JSON Schema: {}", file.string(), error.what());
  }
  return JsonSchema(std::move(compiled));
}

Result<void> JsonSchema::validate(const Json& document) const {
  if (auto bounded = conforms(document, compiled_->lengths); !bounded) return bounded;
  return conforms(document, compiled_->whole);
}

}  // namespace conform
