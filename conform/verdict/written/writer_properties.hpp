// What the clauses on writing ask of an image that somebody has written, and what they leave to its writer's habits.
//
// A pure function of what the model says of the image. Levels are not known here: whether a property that does not hold
// decides anything is its clause's matter.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_file.hpp"

namespace conform {

/// A written image, as qcow2-model tells of it.
struct WrittenImage {
  Json info;      // of `info`
  Json check;     // of `check --deep`
  Json clusters;  // of `map --streams`
  std::uint64_t file_length = 0;
  bool content_equal = false;  // it reads back as the raw disk
};

/// untried: there is nothing in the image on which it could hold or fail.
enum class Held { yes, no, untried };

std::string_view name(Held held);

struct Property {
  Held held;
  std::string detail;  // of no: where, and which bytes
};

/// Nothing for a slug that is no property of writing.
std::optional<Property> writer_property(std::string_view clause, const WrittenImage& image);

/// The slugs that writer_property knows.
std::vector<std::string_view> writer_properties();

/// The violations of `check --json` that count, with every host cluster that they name: "[rule] detail, host_offset
/// 0x…; [rule] …". Empty: there is none.
std::string describe_violations(const Json& check, const std::function<bool(const Json&)>& counts);

}  // namespace conform
