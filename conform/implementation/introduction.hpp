// Getting to know a program before it is tried: whether it is there, what it is called, which version it is.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "implementation/implementation.hpp"
#include "process/ending.hpp"

namespace conform {

/// Starts its adapter, which says its name, features and operations.
Result<void> take_greeting(Implementation& implementation);

/// The file that `words` (already filled) would run, or nothing.
std::optional<std::filesystem::path> find_program(const std::string& program);

/// Why the implementation cannot be run here; empty: it can.
std::string why_absent(const Implementation& implementation);

/// The first line that its version command prints, or what its adapter's greeting says; empty: there is none.
std::string ask_version(const Implementation& implementation, const ProcessLimits& limits = {});

}  // namespace conform
