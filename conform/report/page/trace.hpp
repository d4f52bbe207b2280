// The reference model's own way to a guest cluster, asked of the program qcow2-model.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>

namespace conform::report {

/// Keeps its keys in the order in which they came.
using Data = nlohmann::ordered_json;

/// The steps as `qcow2-model explain --json` prints them; where it refuses the image whole, one step with the
/// violation; null where there is no such program.
Data model_trace(const std::filesystem::path& model, const std::filesystem::path& image, std::uint64_t guest_offset,
                 const std::filesystem::path& scratch);

}  // namespace conform::report
