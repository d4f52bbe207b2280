#include "base/json_file.hpp"

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

struct JsonSchema::Compiled {
  valijson::Schema schema;
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
    parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(*document), compiled->schema);
  } catch (const std::exception& error) {
    return fail("{}: no usable JSON Schema: {}", file.string(), error.what());
  }
  return JsonSchema(std::move(compiled));
}

Result<void> JsonSchema::validate(const Json& document) const {
  valijson::Validator validator;
  valijson::ValidationResults found;
  if (validator.validate(compiled_->schema, valijson::adapters::NlohmannJsonAdapter(document), &found)) return {};
  valijson::ValidationResults::Error first;
  if (!found.popError(first)) return fail("breaks its schema");
  std::string where;
  for (const auto& part : first.context) where += part == "<root>" ? std::string() : part;
  return fail("{}{}", where.empty() ? "" : where + ": ", first.description);
}

}  // namespace conform
