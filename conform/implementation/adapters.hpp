// The adapters that are up: one a job and implementation, kept between cases.
#pragma once

#include "corpus/case.hpp"
#include "implementation/adapter.hpp"
#include "implementation/implementation.hpp"

namespace conform {

/// The adapter of this thread; it is started at its first request and ends with the thread.
Adapter& adapter_of(const Implementation& implementation);

/// The message for an operation on an image.
Json request_for(const Operation& operation, const std::filesystem::path& image, const std::filesystem::path& output);

/// What an answer to an operation says.
Answer answer_of(const Json& answer);

/// The places that an answer to check names.
std::vector<FaultPlace> found_by(const Json& answer);

}  // namespace conform
